#!/usr/bin/env bash
# Browser tests use Debian's Chromium. Where it cannot be had, say so: pytest then skips them and counts them.
set -u
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "== Chromium (Debian's package)"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk) >/dev/null 2>&1 && exit 0
fi
echo "!! No Chromium here and it cannot be installed (apt-get install chromium): browser tests will be skipped." >&2
