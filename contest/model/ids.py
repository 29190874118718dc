"""Names of things: random, short, and never carrying personal data."""

from typing import NewType

AccountId = NewType("AccountId", str)
SeasonId = NewType("SeasonId", str)
OrganisationId = NewType("OrganisationId", str)
ContestId = NewType("ContestId", str)
EventId = NewType("EventId", str)
StageId = NewType("StageId", str)
SessionId = NewType("SessionId", str)
CompetitorId = NewType("CompetitorId", str)
TeamId = NewType("TeamId", str)
EntryId = NewType("EntryId", str)
PanelId = NewType("PanelId", str)
SeatId = NewType("SeatId", str)
DeviceId = NewType("DeviceId", str)
MarkId = NewType("MarkId", str)
AspectId = NewType("AspectId", str)
"""An aspect's id is given by the scheme's author and unique within the scheme, like `C2` or `theory`."""
