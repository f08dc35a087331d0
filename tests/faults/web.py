"""The web process with short turns: what a killed one held is free again after seconds, not after a minute."""

from datetime import timedelta

NAME = "tests.faults.web"
TURN, LEASE = timedelta(seconds=12), timedelta(seconds=6)

if __name__ == "__main__":
    from bot.inbox import wechat_outbox, wechat_token
    from bot.web.app import main

    wechat_outbox.TURN, wechat_token.LEASE = TURN, LEASE
    main()
