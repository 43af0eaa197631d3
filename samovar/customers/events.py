"""What the customers app announces."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from samovar.events.announcing import CustomerEvent, DomainEvent


@dataclass(frozen=True, kw_only=True)
class CustomerAdded(CustomerEvent):
    """Somebody became known to us."""

    topic = "facts"
    line = _("Became a customer")


@dataclass(frozen=True, kw_only=True)
class CustomerRenamed(CustomerEvent):
    """A member of staff corrected the name of a customer, and perhaps more."""

    topic = "facts"
    line = _("Details corrected")
    name: str


@dataclass(frozen=True, kw_only=True)
class CustomerCorrected(CustomerEvent):
    """A member of staff corrected what we know of a customer, but for the name; ``details`` are names of fields."""

    topic = "facts"
    line = _("Details corrected")
    details: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IdentityAdded(CustomerEvent):
    """A member of staff noted an address or a phone; it stands in ``preview``."""

    topic = "facts"
    line = _("Address or phone added")
    identity_id: int


@dataclass(frozen=True, kw_only=True)
class IdentityRemoved(CustomerEvent):
    """A member of staff took an address or a phone off the card; it stands in ``preview``."""

    topic = "facts"
    line = _("Address or phone removed")
    identity_id: int


@dataclass(frozen=True, kw_only=True)
class IdentityRestored(CustomerEvent):
    """An address or a phone that was taken off stands on the card again; it stands in ``preview``."""

    topic = "facts"
    line = _("Address or phone restored")
    identity_id: int


@dataclass(frozen=True, kw_only=True)
class IdentityVerified(CustomerEvent):
    """A member of staff knows that an address is the customer's; it stands in ``preview``."""

    topic = "facts"
    line = _("Known to be theirs")
    identity_id: int


@dataclass(frozen=True, kw_only=True)
class IdentityDoubted(CustomerEvent):
    """A member of staff says that an address is only claimed; it stands in ``preview``."""

    topic = "facts"
    line = _("Only claimed")
    identity_id: int


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(CustomerEvent):
    """Another card (``merged_id``) turned out to be the same person; its name stands in ``preview``."""

    topic = "facts"
    line = _("Another card was merged into this one")
    merge_id: int
    merged_id: int


@dataclass(frozen=True, kw_only=True)
class CustomersSeparated(CustomerEvent):
    """A merge was undone; told on both cards, the name of the other one (``other_id``) stands in ``preview``."""

    topic = "facts"
    line = _("Separated from another card; what was written meanwhile stays with the one that it was written to")
    merge_id: int
    other_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationAdded(DomainEvent):
    """A member of staff noted a company or family; its name stands in ``preview``."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationCorrected(DomainEvent):
    """A member of staff corrected what a company or family is called, or its domain; its name stands in ``preview``."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationJoined(CustomerEvent):
    """A member of staff noted to which organisation a customer belongs; its name stands in ``preview``."""

    topic = "facts"
    line = _("Belongs to a company")
    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class MembershipCorrected(CustomerEvent):
    """A member of staff corrected what a customer is in an organisation; its name stands in ``preview``."""

    topic = "facts"
    line = _("Place in a company corrected")
    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationLeft(CustomerEvent):
    """A member of staff took a customer out of an organisation; its name stands in ``preview``."""

    topic = "facts"
    line = _("Belongs to a company no more")
    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(CustomerEvent):
    """A customer agreed to something (``purpose``); it is called so in ``preview``."""

    topic = "facts"
    line = _("Gave consent")
    purpose: str


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(CustomerEvent):
    """A customer took back that they had agreed to something (``purpose``); it is called so in ``preview``."""

    topic = "facts"
    line = _("Withdrew consent")
    purpose: str


@dataclass(frozen=True, kw_only=True)
class RestrictionEvent(CustomerEvent):
    """Something happened to what is decided about a difficult customer; ``measure`` is its kind."""

    restriction_id: int
    measure: str


@dataclass(frozen=True, kw_only=True)
class RestrictionProposed(RestrictionEvent):
    """A colleague proposes something about a customer who is difficult; what and why stands in ``preview``."""

    topic = "facts"
    line = _("A measure was proposed")


@dataclass(frozen=True, kw_only=True)
class RestrictionBegun(RestrictionEvent):
    """Something about a difficult customer is in force from now on; what and why stands in ``preview``."""

    topic = "facts"
    line = _("A measure is in force")


@dataclass(frozen=True, kw_only=True)
class RestrictionRefused(RestrictionEvent):
    """A lead has refused what was proposed about a customer."""

    topic = "facts"
    line = _("A measure was refused")


@dataclass(frozen=True, kw_only=True)
class RestrictionReopened(RestrictionEvent):
    """A lead has taken a decision about a customer back; what was proposed waits again."""

    topic = "facts"
    line = _("A measure waits for a decision again")


@dataclass(frozen=True, kw_only=True)
class RestrictionEnded(RestrictionEvent):
    """What was in force about a customer is over, by itself where nobody did it."""

    topic = "facts"
    line = _("A measure has ended")


@dataclass(frozen=True, kw_only=True)
class RestrictionWithdrawn(RestrictionEvent):
    """What was proposed about a customer is proposed no more, by itself where nobody did it."""

    topic = "facts"
    line = _("A proposed measure was withdrawn")
