"""The errors of the assistant. A message says what, got, expected, and what to do.

LegalBotError
├── BadSetting          the process must not start
├── BadOfficeFile       office.yml is wrong; the process must not start
├── BadCard             a knowledge card is wrong; the process must not start
├── UnknownCode         a code that taxonomy.yml does not have
├── BadPeriod           an empty, reversed or unreadable period
├── UnknownMetric       a metric or dimension that does not exist
├── BadRecord           a record the books do not take: incomplete, twice, or against the life of a case
├── PeriodRefused       a month that cannot be closed or reopened now
├── NotOurReport        a file without our proof
├── ReportBlocked       a report with a missing figure cannot be signed
├── PaperNotMade        LibreOffice did not turn a paper into a PDF
├── NoticeNotSent       a notice to staff that a channel did not take
├── CaseNotFound        no such case, or not this person's
├── HandoverRefused     a conversation cannot be handed over like this, or not by this person
├── BadInput            what somebody typed cannot be used; `hint` is for them, in Chinese
│   ├── CaseRefused     a step that a case cannot take now, or not by this person; StaleCase: somebody changed it meanwhile
│   ├── BadFields       values of a form are missing or wrong; says which
│   └── AccountRefused  an account of staff cannot be made, changed or entered like this
├── BadQuery            a filter of a page or of the interface is wrong; says it in Chinese and in English
├── AuditBroken         the audit log was changed outside of this program
├── DatabaseBehind      the database was made by a newer release
├── ModelMissing        no trained model; run `bot train`
└── ModelAltered        an archive of a model that was not trained here, or changed since
"""


class LegalBotError(Exception):
    """Anything this project foresees; its text is for developers and staff."""


class BadSetting(LegalBotError):
    """One or more settings are missing or unreadable."""


class BadOfficeFile(LegalBotError):
    """The office's file cannot be used."""


class BadCard(LegalBotError):
    """A knowledge card breaks its format."""


class UnknownCode(LegalBotError):
    """A code outside the taxonomy."""


class BadPeriod(LegalBotError):
    """A period that is empty, reversed or unreadable."""


class UnknownMetric(LegalBotError):
    """A metric or dimension that is not in the registry."""


class BadRecord(LegalBotError):
    """The books do not take this record; nothing was written."""


class PeriodRefused(LegalBotError):
    """A month cannot be closed or reopened now; nothing was changed."""


class NotOurReport(LegalBotError):
    """A file that carries no proof of ours."""


class ReportBlocked(LegalBotError):
    """A report cannot be signed while a figure is missing."""


class PaperNotMade(LegalBotError):
    """A paper could not be made into another form; the DOCX is there all the same."""


class NoticeNotSent(LegalBotError):
    """A notice to staff did not go out by one channel; it is tried again later."""


class CaseNotFound(LegalBotError):
    """There is no such case, or the asker may not know of it."""


class HandoverRefused(LegalBotError):
    """A conversation cannot be handed over like this; nothing was changed."""


class BadInput(LegalBotError):
    """What somebody typed cannot be used.

    Args:
        hint: what to tell them, Chinese, one or two sentences.
    """

    def __init__(self, hint: str) -> None:
        super().__init__(hint)
        self.hint = hint


class AccountRefused(BadInput):
    """An account of staff cannot be made, changed or entered like this; nothing was changed."""


class CaseRefused(BadInput):
    """A step that a case cannot take now, or not by this person; nothing was written."""


class StaleCase(CaseRefused):
    """Somebody else changed the case since the form was opened; nothing was written."""


class BadFields(BadInput):
    """Values of a form are missing or wrong; nothing was written.

    Args:
        fields: name of the field → what is wrong with it, Chinese, for whoever filled it in.
    """

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("；".join(fields.values()))
        self.fields = fields


class AuditBroken(LegalBotError):
    """The audit log does not hold: an entry was changed, or its end is missing."""


class BadQuery(LegalBotError):
    """A filter of a page or of the interface cannot be used; nothing was read.

    Args:
        parameter: its name.
        chinese, english: what was got and what is expected, for whoever asks.
    """

    def __init__(self, parameter: str, chinese: str, english: str) -> None:
        super().__init__(english)
        self.parameter, self.chinese, self.english = parameter, chinese, english


class DatabaseBehind(LegalBotError):
    """The database does not fit this release."""


class ModelMissing(LegalBotError):
    """There is no trained dialogue model."""


class TrainingFailed(LegalBotError):
    """Training ended without a model."""


class ModelAltered(LegalBotError):
    """A model's archive is not the one that was trained."""
