"""The tables of the first version, with their unique indexes.

Written out by hand in the SQL that both engines read: a migration must not change when `tables.py` does.
"""

STATEMENTS = (
    """
    CREATE TABLE "season" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "name" TEXT NOT NULL,
        "year" INTEGER NOT NULL,
        "organiser" VARCHAR(64)
    )
    """,
    """
    CREATE TABLE "organisation" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "name" TEXT NOT NULL,
        "kind" VARCHAR(16) NOT NULL,
        "code" VARCHAR(64) NOT NULL,
        "parent" VARCHAR(64)
    )
    """,
    """
    CREATE TABLE "contest" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "season" VARCHAR(64),
        "name" TEXT NOT NULL,
        "level" VARCHAR(16) NOT NULL,
        "kind" VARCHAR(16) NOT NULL,
        "organiser" VARCHAR(64),
        "starts_on" VARCHAR(32) NOT NULL,
        "ends_on" VARCHAR(32) NOT NULL,
        "place" TEXT NOT NULL,
        "created_at" VARCHAR(32) NOT NULL
    )
    """,
    """
    CREATE TABLE "event" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "code" VARCHAR(32) NOT NULL,
        "name" TEXT NOT NULL,
        "blind" BOOLEAN NOT NULL,
        "public_view" VARCHAR(24) NOT NULL,
        "position" INTEGER NOT NULL
    )
    """,
    'CREATE INDEX "event_contest" ON "event" ("contest")',
    'CREATE UNIQUE INDEX "event_contest_code_once" ON "event" ("contest", "code")',
    """
    CREATE TABLE "stage" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "name" TEXT NOT NULL,
        "position" INTEGER NOT NULL
    )
    """,
    'CREATE INDEX "stage_event" ON "stage" ("event")',
    """
    CREATE TABLE "scheme" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "version" INTEGER NOT NULL,
        "document" TEXT NOT NULL,
        "digest" VARCHAR(64) NOT NULL,
        "adopted_at" VARCHAR(32) NOT NULL,
        "adopted_by" VARCHAR(64) NOT NULL
    )
    """,
    'CREATE INDEX "scheme_event" ON "scheme" ("event")',
    'CREATE UNIQUE INDEX "scheme_event_version_once" ON "scheme" ("event", "version")',
    """
    CREATE TABLE "competitor" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "name" TEXT NOT NULL,
        "organisation" VARCHAR(64),
        "number" VARCHAR(64) NOT NULL
    )
    """,
    'CREATE INDEX "competitor_contest" ON "competitor" ("contest")',
    """
    CREATE TABLE "team" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "name" TEXT NOT NULL,
        "organisation" VARCHAR(64),
        "members" TEXT NOT NULL
    )
    """,
    'CREATE INDEX "team_contest" ON "team" ("contest")',
    """
    CREATE TABLE "entry" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "kind" VARCHAR(16) NOT NULL,
        "subject" VARCHAR(64),
        "name" TEXT NOT NULL,
        "organisation" VARCHAR(64),
        "bib" VARCHAR(32) NOT NULL,
        "station" VARCHAR(32) NOT NULL,
        "status" VARCHAR(24) NOT NULL
    )
    """,
    'CREATE INDEX "entry_event" ON "entry" ("event")',
    'CREATE INDEX "entry_subject" ON "entry" ("subject")',
    """
    CREATE TABLE "panel" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "name" TEXT NOT NULL
    )
    """,
    'CREATE INDEX "panel_event" ON "panel" ("event")',
    """
    CREATE TABLE "seat" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "panel" VARCHAR(64) NOT NULL,
        "number" INTEGER NOT NULL,
        "judge_name" TEXT NOT NULL,
        "judge" VARCHAR(64),
        "device" VARCHAR(64)
    )
    """,
    'CREATE INDEX "seat_panel" ON "seat" ("panel")',
    'CREATE UNIQUE INDEX "seat_panel_number_once" ON "seat" ("panel", "number")',
    """
    CREATE TABLE "session" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "stage" VARCHAR(64) NOT NULL,
        "name" TEXT NOT NULL,
        "panel" VARCHAR(64),
        "room" TEXT NOT NULL,
        "starts_at" VARCHAR(32) NOT NULL,
        "aspects" TEXT NOT NULL,
        "position" INTEGER NOT NULL
    )
    """,
    'CREATE INDEX "session_event" ON "session" ("event")',
    """
    CREATE TABLE "session_entry" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "session" VARCHAR(64) NOT NULL,
        "entry" VARCHAR(64) NOT NULL,
        "position" INTEGER NOT NULL
    )
    """,
    'CREATE INDEX "session_entry_session" ON "session_entry" ("session")',
    'CREATE INDEX "session_entry_entry" ON "session_entry" ("entry")',
    'CREATE UNIQUE INDEX "session_entry_session_entry_once" ON "session_entry" ("session", "entry")',
    """
    CREATE TABLE "account" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "login" VARCHAR(64) NOT NULL,
        "name" TEXT NOT NULL,
        "password" TEXT NOT NULL,
        "language" VARCHAR(2) NOT NULL,
        "disabled_at" VARCHAR(32),
        "created_at" VARCHAR(32) NOT NULL
    )
    """,
    'CREATE UNIQUE INDEX "account_login_once" ON "account" ("login")',
    """
    CREATE TABLE "role_grant" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "account" VARCHAR(64) NOT NULL,
        "role" VARCHAR(16) NOT NULL,
        "contest" VARCHAR(64),
        "event" VARCHAR(64),
        "granted_by" VARCHAR(64) NOT NULL,
        "granted_at" VARCHAR(32) NOT NULL
    )
    """,
    'CREATE INDEX "role_grant_account" ON "role_grant" ("account")',
    'CREATE INDEX "role_grant_contest" ON "role_grant" ("contest")',
    """
    CREATE TABLE "token" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "account" VARCHAR(64) NOT NULL,
        "created_at" VARCHAR(32) NOT NULL,
        "expires_at" VARCHAR(32) NOT NULL,
        "seen_at" VARCHAR(32) NOT NULL
    )
    """,
    'CREATE INDEX "token_account" ON "token" ("account")',
    """
    CREATE TABLE "pairing" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "seat" VARCHAR(64) NOT NULL,
        "secret" VARCHAR(64) NOT NULL,
        "code" VARCHAR(64) NOT NULL,
        "claim" VARCHAR(64),
        "number" VARCHAR(8) NOT NULL,
        "device_name" TEXT NOT NULL,
        "made_by" VARCHAR(64) NOT NULL,
        "made_at" VARCHAR(32) NOT NULL,
        "expires_at" VARCHAR(32) NOT NULL,
        "claimed_at" VARCHAR(32),
        "confirmed_at" VARCHAR(32),
        "collected_at" VARCHAR(32),
        "device" VARCHAR(64)
    )
    """,
    'CREATE INDEX "pairing_seat" ON "pairing" ("seat")',
    'CREATE INDEX "pairing_secret" ON "pairing" ("secret")',
    'CREATE INDEX "pairing_code" ON "pairing" ("code")',
    """
    CREATE TABLE "device" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "seat" VARCHAR(64) NOT NULL,
        "name" TEXT NOT NULL,
        "token" VARCHAR(64) NOT NULL,
        "paired_at" VARCHAR(32) NOT NULL,
        "confirmed_by" VARCHAR(64) NOT NULL,
        "revoked_at" VARCHAR(32),
        "seen_at" VARCHAR(32)
    )
    """,
    'CREATE INDEX "device_contest" ON "device" ("contest")',
    'CREATE INDEX "device_seat" ON "device" ("seat")',
    'CREATE INDEX "device_token" ON "device" ("token")',
    """
    CREATE TABLE "consent" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "act" VARCHAR(32) NOT NULL,
        "subject" VARCHAR(64) NOT NULL,
        "command" TEXT NOT NULL,
        "reason" TEXT NOT NULL,
        "requested_by" VARCHAR(64) NOT NULL,
        "requested_at" VARCHAR(32) NOT NULL,
        "expires_at" VARCHAR(32) NOT NULL,
        "settled_by" VARCHAR(64),
        "settled_at" VARCHAR(32),
        "state" VARCHAR(16) NOT NULL
    )
    """,
    'CREATE INDEX "consent_contest" ON "consent" ("contest")',
    """
    CREATE TABLE "head" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "seq" BIGINT NOT NULL,
        "link" VARCHAR(64) NOT NULL
    )
    """,
    """
    CREATE TABLE "fact" (
        "id" VARCHAR(96) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "seq" BIGINT NOT NULL,
        "kind" VARCHAR(24) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "at" VARCHAR(32) NOT NULL,
        "content" TEXT NOT NULL,
        "prev" VARCHAR(64) NOT NULL,
        "link" VARCHAR(64) NOT NULL
    )
    """,
    'CREATE UNIQUE INDEX "fact_contest_seq_once" ON "fact" ("contest", "seq")',
    """
    CREATE TABLE "words" (
        "id" VARCHAR(96) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "seq" BIGINT NOT NULL,
        "salt" VARCHAR(64) NOT NULL,
        "text" TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE "receipt" (
        "id" VARCHAR(96) PRIMARY KEY NOT NULL,
        "device" VARCHAR(64) NOT NULL,
        "device_seq" BIGINT NOT NULL,
        "digest" VARCHAR(64) NOT NULL,
        "receipt" TEXT NOT NULL
    )
    """,
    'CREATE INDEX "receipt_device_device_seq" ON "receipt" ("device", "device_seq")',
    """
    CREATE TABLE "mark" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "session" VARCHAR(64) NOT NULL,
        "entry" VARCHAR(64) NOT NULL,
        "aspect" VARCHAR(64) NOT NULL,
        "seat" VARCHAR(64) NOT NULL,
        "kind" VARCHAR(16) NOT NULL,
        "value" BIGINT,
        "revision" INTEGER NOT NULL,
        "replaces" VARCHAR(64),
        "standing" VARCHAR(12) NOT NULL,
        "because" VARCHAR(24) NOT NULL,
        "device" VARCHAR(64) NOT NULL,
        "device_seq" BIGINT NOT NULL,
        "made_by" VARCHAR(64) NOT NULL,
        "made_at" VARCHAR(40) NOT NULL,
        "seq" BIGINT NOT NULL,
        "at" VARCHAR(32) NOT NULL
    )
    """,
    'CREATE INDEX "mark_event_standing" ON "mark" ("event", "standing")',
    'CREATE INDEX "mark_session_entry_aspect_seat" ON "mark" ("session", "entry", "aspect", "seat")',
    # At most one mark counts for one seat's place in a session; the database itself refuses a second.
    """
    CREATE UNIQUE INDEX "mark_counts_once" ON "mark" ("session", "entry", "aspect", "seat")
    WHERE "standing" = 'counts'
    """,
    """
    CREATE TABLE "gate" (
        "id" VARCHAR(64) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "line" VARCHAR(12) NOT NULL,
        "subject" VARCHAR(64) NOT NULL,
        "round" INTEGER NOT NULL,
        "gate" VARCHAR(16) NOT NULL,
        "at" VARCHAR(32) NOT NULL,
        "passed_by" VARCHAR(64) NOT NULL,
        "second" VARCHAR(64) NOT NULL,
        "seq" BIGINT NOT NULL
    )
    """,
    'CREATE INDEX "gate_event" ON "gate" ("event")',
    'CREATE INDEX "gate_subject" ON "gate" ("subject")',
    'CREATE UNIQUE INDEX "gate_line_subject_round_gate_once" ON "gate" ("line", "subject", "round", "gate")',
    """
    CREATE TABLE "gate_round" (
        "id" VARCHAR(96) PRIMARY KEY NOT NULL,
        "contest" VARCHAR(64) NOT NULL,
        "event" VARCHAR(64) NOT NULL,
        "line" VARCHAR(12) NOT NULL,
        "subject" VARCHAR(64) NOT NULL,
        "round" INTEGER NOT NULL
    )
    """,
    'CREATE INDEX "gate_round_event" ON "gate_round" ("event")',
)
