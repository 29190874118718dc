#!/bin/sh
# Chromium, a Chinese font and LibreOffice for the browser and workbook tests, Redis and nginx for several nodes.
# With root, or sudo without a password, they are installed through apt; otherwise this says what to install.
set -u
there() { command -v "$1" >/dev/null 2>&1; }
missing=""
there chromium || there chromium-browser || there google-chrome || missing="$missing chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk fontconfig"
there soffice || missing="$missing libreoffice-calc"
there pdftoppm || missing="$missing poppler-utils"
there redis-server || missing="$missing redis-server"
PATH="$PATH:/usr/sbin:/sbin" there nginx || missing="$missing nginx-light"
[ -z "$missing" ] && exit 0
echo "Installing for the tests:$missing"
by_hand() { echo "$1Please install:$missing"; [ "${CI:-}" = true ] && exit 1; exit 0; }
as_root=""
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2>/dev/null && as_root="sudo -n" || by_hand ""
fi
there apt-get || by_hand "No apt-get here. "
# A machine that has just started updates itself: whoever holds apt's locks is waited for, ten minutes at most.
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@"; }
faults=0 waits=0
while [ "$faults" -lt 5 ] && [ "$waits" -lt 60 ]; do
  said=$({ apt update && apt install -y --no-install-recommends $missing; } 2>&1) && exit 0
  case "$said" in
    *"get lock"* | *"Unable to lock"*) waits=$((waits + 1)) ;;
    *) faults=$((faults + 1)); $as_root dpkg --configure -a >/dev/null 2>&1 ;; # what was interrupted is ended first
  esac
  sleep 10
done
echo "$said"
echo "apt-get did not install:$missing"
exit 1
