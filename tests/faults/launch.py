"""`bot serve` with short pauses before a restart: the laboratory kills more often than any real machine dies."""

from bot import supervisor
from bot.cli import main

supervisor.FIRST_PAUSE, supervisor.LONGEST_PAUSE = 0.1, 0.2

if __name__ == "__main__":
    main()
