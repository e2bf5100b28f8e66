-- Latencies: first by time, then packed by the hour. Times named at and period are wall
-- milliseconds; packed is steady, so that a step of the wall clock forgets nothing.

CREATE TABLE recent (
    at {int} NOT NULL,
    replica_no {int} NOT NULL,
    status {int} NOT NULL,
    latency_us {int} NOT NULL,
    PRIMARY KEY (at, replica_no)
) {clustered};

CREATE TABLE latency_hour (
    period {int} NOT NULL,
    replica_no {int} NOT NULL,
    packed {int} NOT NULL,
    samples {bytes} NOT NULL,
    histogram {bytes} NOT NULL,
    PRIMARY KEY (period, replica_no)
);
CREATE INDEX latency_hour_packed ON latency_hour (packed);

CREATE TABLE latency_day (
    period {int} NOT NULL,
    replica_no {int} NOT NULL,
    histogram {bytes} NOT NULL,
    PRIMARY KEY (period, replica_no)
);
