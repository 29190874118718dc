"""What tablets say of themselves, calls to mark again, and the chief judge's consent to a hand-over."""

STATEMENTS = (
    """
    CREATE TABLE "seat_state" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "seat" VARCHAR(64) NOT NULL,
        "line" VARCHAR(64) NOT NULL,
        "here" INTEGER NOT NULL,
        "heard_at" VARCHAR(32) NOT NULL,
        "lag_ms" BIGINT,
        "unsent" BIGINT,
        "build" TEXT NOT NULL,
        "battery" BIGINT,
        "skew_ms" BIGINT
    )
    """,
    'CREATE INDEX "seat_state_event" ON "seat_state" ("event")',
    """
    CREATE TABLE "remark" (
        "id" VARCHAR(200) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "session" VARCHAR(64) NOT NULL,
        "entry" VARCHAR(64) NOT NULL,
        "aspect" VARCHAR(64) NOT NULL,
        "reason" VARCHAR(12) NOT NULL,
        "seats" TEXT NOT NULL,
        "standing" VARCHAR(12) NOT NULL,
        "seq" BIGINT NOT NULL,
        "at" VARCHAR(32) NOT NULL
    )
    """,
    'CREATE INDEX "remark_session" ON "remark" ("session")',
    'ALTER TABLE "pairing" ADD COLUMN "agreed_by" VARCHAR(64)',
    'ALTER TABLE "pairing" ADD COLUMN "agreed_at" VARCHAR(32)',
)
