"""`bot serve` with short pauses before a restart: the laboratory kills more often than any real machine dies."""

from bot import supervisor
from bot.cli import main
from tests.faults import web

supervisor.FIRST_PAUSE, supervisor.LONGEST_PAUSE, supervisor.WEB = 0.1, 0.2, web.NAME

if __name__ == "__main__":
    main()
