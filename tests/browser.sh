#!/bin/sh
# Chromium, a Chinese font and LibreOffice for the browser and workbook tests.
# With root, or sudo without a password, they are installed through apt; otherwise this says what to install.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk fontconfig"
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-calc"
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
[ -z "$missing" ] && exit 0
echo "Installing for the tests:$missing"
as_root=""
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2>/dev/null && as_root="sudo -n" || { echo "Please install:$missing"; [ "${CI:-}" = true ] && exit 1; exit 0; }
fi
command -v apt-get >/dev/null 2>&1 || { echo "No apt-get here. Please install:$missing"; [ "${CI:-}" = true ] && exit 1; exit 0; }
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
