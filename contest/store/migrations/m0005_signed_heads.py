"""What each commit signed, the keys that signed, and under which head a receipt stands.

Facts that were written before have no head of their own: the first one that is signed covers them all.
"""

STATEMENTS = (
    """
    CREATE TABLE "signing_key" (
        "id" VARCHAR(32) PRIMARY KEY NOT NULL,
        "public" VARCHAR(64) NOT NULL,
        "made_at" VARCHAR(32) NOT NULL,
        "vouched_by" VARCHAR(32) NOT NULL,
        "voucher" VARCHAR(128) NOT NULL,
        "kept" BOOLEAN NOT NULL
    )
    """,
    """
    CREATE TABLE "signed_head" (
        "id" VARCHAR(96) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "first" BIGINT NOT NULL,
        "seq" BIGINT NOT NULL,
        "link" VARCHAR(64) NOT NULL,
        "root" VARCHAR(64) NOT NULL,
        "at" VARCHAR(32) NOT NULL,
        "key" VARCHAR(32) NOT NULL,
        "signature" VARCHAR(128) NOT NULL
    )
    """,
    'CREATE UNIQUE INDEX "signed_head_contest_seq_once" ON "signed_head" ("contest", "seq")',
    'ALTER TABLE "head" ADD COLUMN "signed" BIGINT NOT NULL DEFAULT 0',
    'ALTER TABLE "receipt" ADD COLUMN "head" VARCHAR(96)',
)
