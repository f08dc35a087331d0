"""People of a case, and the keyed hashes that find the same person elsewhere without reading a name (domain.md 4.4)."""

from __future__ import annotations

from bot.legal.parties import name_key, phone_key
from bot.storage.personal_data import keys
from bot.storage.tables import CasePerson


def person_of(number: str, side: str, name: str | None, phone: str | None = None) -> CasePerson:
    """Return a person of a case with the hashes of name and phone; `side` is "applicant" or "other"."""
    return CasePerson(case_number=number, side=side, name=name, phone=phone, name_hash=name_hash(name), phone_hash=phone_hash(phone))


def set_person(person: CasePerson, field: str, value: str | None) -> None:
    """Put a person's name or phone right, with its hash."""
    setattr(person, field, value)
    person.name_hash, person.phone_hash = name_hash(person.name), phone_hash(person.phone)


def name_hash(name: str | None) -> str | None:
    """Return what finds this name in `case_people.name_hash`; None where there is no name."""
    plain = name_key(name)
    return keys().look_up_hash(plain, "party name") if plain else None


def phone_hash(phone: str | None) -> str | None:
    """Return what finds this number in `case_people.phone_hash`; None where there is no number."""
    plain = phone_key(phone)
    return keys().look_up_hash(plain, "party phone") if plain else None
