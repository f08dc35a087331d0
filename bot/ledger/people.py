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
    person.name_hash, person.phone_hash = hashes_of(person)


def hashes_of(person: CasePerson) -> tuple[str | None, str | None]:
    """Return the hashes of a party's name and phone by the current key."""
    return name_hash(person.name), phone_hash(person.phone)


def name_hash(name: str | None) -> str | None:
    """Return what is stored in `case_people.name_hash` for this name; None where there is no name."""
    return next(iter(name_hashes(name)), None)


def phone_hash(phone: str | None) -> str | None:
    """Return what is stored in `case_people.phone_hash` for this number; None where there is no number."""
    return next(iter(phone_hashes(phone)), None)


def name_hashes(name: str | None) -> tuple[str, ...]:
    """Return all that finds this name while keys change, the current key's first; empty where there is no name."""
    plain = name_key(name)
    return keys().look_up_hashes(plain, "party name") if plain else ()


def phone_hashes(phone: str | None) -> tuple[str, ...]:
    """Return all that finds this number while keys change, the current key's first; empty where there is no number."""
    plain = phone_key(phone)
    return keys().look_up_hashes(plain, "party phone") if plain else ()
