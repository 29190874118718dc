"""Which numbers of devices came again with another mark, for the chief judge."""

STATEMENTS = (
    """
    CREATE TABLE "reused_key" (
        "id" VARCHAR(96) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "session" VARCHAR(64) NOT NULL,
        "mark" VARCHAR(64) NOT NULL,
        "entry" VARCHAR(64) NOT NULL,
        "aspect" VARCHAR(64) NOT NULL,
        "kind" VARCHAR(16) NOT NULL,
        "value" BIGINT,
        "device" VARCHAR(64) NOT NULL,
        "device_seq" BIGINT NOT NULL,
        "digest" VARCHAR(64) NOT NULL,
        "made_by" VARCHAR(64) NOT NULL,
        "seq" BIGINT NOT NULL,
        "at" VARCHAR(32) NOT NULL
    )
    """,
    'CREATE INDEX "reused_key_session" ON "reused_key" ("session")',
    'CREATE UNIQUE INDEX "reused_key_once" ON "reused_key" ("device", "device_seq", "digest")',
)
