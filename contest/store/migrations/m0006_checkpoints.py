"""Up to which fact verified copies of the database lie elsewhere."""

STATEMENTS = (
    """
    CREATE TABLE "checkpoint" (
        "id" VARCHAR(96) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "seq" BIGINT NOT NULL,
        "link" VARCHAR(64) NOT NULL,
        "at" VARCHAR(32) NOT NULL,
        "copy" VARCHAR(64) NOT NULL,
        "key" VARCHAR(32) NOT NULL,
        "signature" VARCHAR(128) NOT NULL
    )
    """,
    'CREATE INDEX "checkpoint_contest" ON "checkpoint" ("contest", "seq")',
)
