-- Times named …_at are wall milliseconds, spans end in _ms, all other moments are steady
-- milliseconds. {identity} and {int} differ between the databases; nothing else does.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE page (
    no {identity},
    key TEXT NOT NULL UNIQUE,
    revision {int} NOT NULL,
    steady {int} NOT NULL,
    hears_since {int} NOT NULL,
    status {int} NOT NULL,
    since_at {int} NOT NULL,
    plan_hash TEXT NOT NULL,
    is_reconciled {int} NOT NULL,
    alert_on TEXT NOT NULL,
    trouble_from {int} NOT NULL,
    muted_until {int} NOT NULL,
    gathers_until {int} NOT NULL
);

CREATE TABLE service (
    no {identity},
    page_no {int} NOT NULL REFERENCES page (no),
    key TEXT NOT NULL,
    label TEXT NOT NULL,
    position {int} NOT NULL,
    status {int} NOT NULL,
    since_at {int} NOT NULL,
    owner TEXT NOT NULL,
    revision {int} NOT NULL,
    gone_at {int},
    UNIQUE (page_no, key)
);
CREATE INDEX service_revision ON service (revision);

CREATE TABLE node (
    no {identity},
    service_no {int} NOT NULL REFERENCES service (no),
    key TEXT NOT NULL,
    label TEXT NOT NULL,
    position {int} NOT NULL,
    mode TEXT NOT NULL,
    channels TEXT NOT NULL DEFAULT '',
    status {int} NOT NULL,
    since_at {int} NOT NULL,
    maintenance TEXT NOT NULL DEFAULT '',
    maintained_until_at {int} NOT NULL DEFAULT 0,
    owner TEXT NOT NULL,
    revision {int} NOT NULL,
    gone_at {int},
    UNIQUE (service_no, key)
);
CREATE INDEX node_revision ON node (revision);

CREATE TABLE replica (
    no {identity},
    node_no {int} NOT NULL REFERENCES node (no),
    key TEXT NOT NULL,
    position {int} NOT NULL,
    owner TEXT NOT NULL,
    status {int} NOT NULL,
    standing {int} NOT NULL,
    reason_code TEXT NOT NULL,
    since_at {int} NOT NULL,
    flaps TEXT NOT NULL DEFAULT '',
    flapping {int} NOT NULL DEFAULT 0,
    revision {int} NOT NULL,
    gone_at {int},
    UNIQUE (node_no, key)
);
CREATE INDEX replica_revision ON replica (revision);
CREATE INDEX replica_trouble ON replica (status) WHERE status > 0;
CREATE INDEX replica_flapping ON replica (flapping) WHERE flapping > 0;

CREATE TABLE source (
    no {identity},
    page_no {int} NOT NULL REFERENCES page (no),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (page_no, kind, key)
);

CREATE TABLE sighting (
    replica_no {int} NOT NULL REFERENCES replica (no),
    source_no {int} NOT NULL REFERENCES source (no),
    status {int} NOT NULL,
    streak {int} NOT NULL,
    reason_code TEXT NOT NULL,
    seq {int} NOT NULL,
    heard {int} NOT NULL,
    valid_ms {int} NOT NULL,
    cpu {int} NOT NULL,
    ram {int} NOT NULL,
    PRIMARY KEY (replica_no, source_no)
);

CREATE TABLE evidence (
    no {identity},
    replica_no {int} NOT NULL REFERENCES replica (no),
    at {int} NOT NULL,
    status {int} NOT NULL,
    reason_code TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX evidence_replica ON evidence (replica_no, no);

CREATE TABLE transition (
    no {identity},
    page_no {int} NOT NULL REFERENCES page (no),
    revision {int} NOT NULL,
    kind TEXT NOT NULL,
    subject_no {int} NOT NULL,
    old {int} NOT NULL,
    new {int} NOT NULL,
    steady {int} NOT NULL,
    at {int} NOT NULL,
    reason_code TEXT NOT NULL,
    evidence_no {int}
);
CREATE INDEX transition_subject ON transition (kind, subject_no, no);
CREATE INDEX transition_at ON transition (at);

CREATE TABLE alert (
    no {identity},
    page_no {int} NOT NULL REFERENCES page (no),
    kind TEXT NOT NULL,
    subject_no {int} NOT NULL,
    subject TEXT NOT NULL,
    opened {int} NOT NULL,
    opened_at {int} NOT NULL,
    closed_at {int},
    why_closed TEXT,
    seq {int} NOT NULL,
    reminders {int} NOT NULL,
    reminded {int} NOT NULL
);
CREATE UNIQUE INDEX alert_open ON alert (kind, subject_no) WHERE closed_at IS NULL;

CREATE TABLE alert_member (
    alert_no {int} NOT NULL REFERENCES alert (no),
    replica_no {int} NOT NULL REFERENCES replica (no),
    service TEXT NOT NULL,
    node TEXT NOT NULL,
    replica TEXT NOT NULL,
    place {int} NOT NULL,
    status {int} NOT NULL,
    died {int} NOT NULL,
    back {int},
    dead_at {int} NOT NULL,
    back_at {int},
    reason_code TEXT NOT NULL,
    PRIMARY KEY (alert_no, replica_no, died)
);
CREATE INDEX alert_member_dead ON alert_member (replica_no) WHERE back IS NULL;

CREATE TABLE channel (
    no {identity},
    page_no {int} NOT NULL REFERENCES page (no),
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    hash TEXT NOT NULL,
    holder TEXT NOT NULL,
    fence {int} NOT NULL,
    quiet_until {int} NOT NULL,
    gone_at {int},
    UNIQUE (page_no, key)
);

CREATE TABLE lane (
    no {identity},
    channel_no {int} NOT NULL REFERENCES channel (no),
    target TEXT NOT NULL,
    told {int} NOT NULL,
    last {int} NOT NULL,
    id TEXT NOT NULL,
    attempt {int} NOT NULL,
    doubt {int} NOT NULL,
    due {int} NOT NULL,
    said {int} NOT NULL,
    step {int} NOT NULL,
    fails {int} NOT NULL,
    refusals {int} NOT NULL,
    failing_since {int} NOT NULL,
    capped_until {int} NOT NULL,
    broken_at {int},
    gone_at {int},
    UNIQUE (channel_no, target)
);

CREATE TABLE notification (
    no {identity},
    page_no {int} NOT NULL REFERENCES page (no),
    alert_no {int} REFERENCES alert (no),
    lane_no {int} REFERENCES lane (no),
    seq {int} NOT NULL,
    kind TEXT NOT NULL,
    steady {int} NOT NULL,
    at {int} NOT NULL,
    facts TEXT NOT NULL
);
CREATE INDEX notification_alert ON notification (alert_no, seq);

CREATE TABLE delivery (
    no {identity},
    id TEXT NOT NULL,
    lane_no {int} NOT NULL REFERENCES lane (no),
    first {int} NOT NULL,
    last {int} NOT NULL,
    steady {int} NOT NULL,
    at {int} NOT NULL,
    state TEXT NOT NULL
);
CREATE INDEX delivery_lane ON delivery (lane_no, no);

CREATE TABLE attempt (
    lane_no {int} NOT NULL REFERENCES lane (no),
    id TEXT NOT NULL,
    n {int} NOT NULL,
    steady {int} NOT NULL,
    at {int} NOT NULL,
    worker TEXT NOT NULL,
    ms {int} NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (lane_no, n)
);

CREATE TABLE worker (
    name TEXT PRIMARY KEY,
    beat {int} NOT NULL,
    version TEXT NOT NULL,
    plan_hash TEXT NOT NULL
);

CREATE TABLE blind (
    no {identity},
    page_no {int} NOT NULL REFERENCES page (no),
    since_at {int} NOT NULL,
    until_at {int} NOT NULL,
    why TEXT NOT NULL,
    steady {int} NOT NULL
);
