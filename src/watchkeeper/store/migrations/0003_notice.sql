-- What people write for the public, and who did what with whose word.

CREATE TABLE notice (
    no {identity},
    id TEXT NOT NULL UNIQUE,
    page_no {int} NOT NULL REFERENCES page (no),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    at {int} NOT NULL,
    starts_at {int},
    ends_at {int},
    expires_at {int},
    revision {int} NOT NULL,
    gone_at {int}
);
CREATE INDEX notice_revision ON notice (revision);

CREATE TABLE audit (
    no {identity},
    steady {int} NOT NULL,
    at {int} NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
);
CREATE INDEX audit_steady ON audit (steady);
