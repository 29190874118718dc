"""What was decided about ties, for the results."""

STATEMENTS = (
    """
    CREATE TABLE "tie" (
        "id" VARCHAR(96) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "entries" TEXT NOT NULL,
        "how" VARCHAR(12) NOT NULL,
        "made_by" VARCHAR(64) NOT NULL,
        "seq" BIGINT NOT NULL,
        "at" VARCHAR(32) NOT NULL
    )
    """,
    'CREATE INDEX "tie_event" ON "tie" ("event")',
)
