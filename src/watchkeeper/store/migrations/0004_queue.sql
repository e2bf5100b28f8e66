-- How many messages each queue was last seen with, for those who read the page.

CREATE TABLE queue_count (
    page_no {int} NOT NULL REFERENCES page (no),
    name TEXT NOT NULL,
    ready {int} NOT NULL,
    nack {int} NOT NULL,
    PRIMARY KEY (page_no, name)
);
