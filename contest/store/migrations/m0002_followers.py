"""What followers ask: how often the plan has changed, and what happened in one event."""

STATEMENTS = (
    'CREATE TABLE "plan" ("id" VARCHAR(64) PRIMARY KEY NOT NULL, "version" BIGINT NOT NULL)',
    'CREATE INDEX "fact_event_seq" ON "fact" ("event", "seq")',
)
