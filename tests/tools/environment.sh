#!/bin/sh
# The environment of the Makefile, made whole or not at all.
#
#   environment.sh find                        print the Python to make it with
#   environment.sh make PYTHON VENV [FOLDER]   install the program and what it needs, from the
#                                              wheels in FOLDER alone if one is given
#
# A new environment is removed if it cannot be completed. A complete one is brought up to date.
set -eu

fail() {
  echo "make: $*" >&2
  exit 1
}

# Succeeds if a program is Python at least as new as the second argument, older than the third.
is_python() {
  "$1" -c "import sys; sys.exit(not ($2) <= sys.version_info[:2] < ($3))" 2> /dev/null
}

# The tested versions first: newer ones may lack wheels.
find_python() {
  for range in "3, 11:3, 14" "3, 14:4, 0"; do
    for name in python3 python3.13 python3.12 python3.11 python3.14 python3.15; do
      if is_python "$name" "${range%:*}" "${range#*:}"; then
        echo "$name"
        return
      fi
    done
  done
  echo python3
}

check_python() {
  command -v "$1" > /dev/null ||
    fail "there is no program $1; install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.12"
  version=$("$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])') ||
    fail "$1 does not run; name another Python: make PYTHON=/path/to/python3.12"
  is_python "$1" "3, 11" "4, 0" ||
    fail "pgx-ana needs Python 3.11 or newer, and $1 is Python $version; install a newer one, or name one: make PYTHON=/path/to/python3.12"
  "$1" -c 'import ensurepip, venv' 2> /dev/null ||
    fail "$1 (Python $version) cannot make environments: its modules venv and ensurepip are not installed (Debian, Ubuntu: apt install python${version%.*}-venv)"
}

install() {
  venv=$1
  if [ $# -gt 1 ]; then
    set -- --no-index --find-links "$2"
  else
    set --
  fi
  set -- "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --constraint requirements-dev.lock "$@"
  # What builds the package is installed first, so that the build needs no environment of its own.
  "$@" hatchling editables && "$@" --no-build-isolation --editable .
}

make_environment() {
  python=$1 venv=$2
  shift 2
  [ $# -eq 0 ] || [ -d "$1" ] || fail "there is no folder $1; make wheelhouse fills one, where there is a network"
  if { [ -e "$venv/.installed" ] || [ -e "$venv/.ready" ]; } && is_python "$venv/bin/python" "3, 11" "4, 0"; then
    install "$venv" "$@" || fail "$venv could not be brought up to date; the lines above say why"
  else
    check_python "$python"
    [ ! -e "$venv" ] || [ -e "$venv/pyvenv.cfg" ] ||
      fail "$venv exists and is no environment of Python; remove it, or name another folder: make VENV=folder"
    trap 'rm -rf "$venv"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    echo "Setting up $venv with $("$python" --version): a minute, with what has to be downloaded ..." >&2
    if ! { "$python" -m venv --clear "$venv" && install "$venv" "$@"; }; then
      fail "$venv could not be set up, and was removed; the lines above say why (without network: make demo WHEELHOUSE=folder)"
    fi
    trap - EXIT
  fi
  touch "$venv/.installed"
}

command=$1
shift
case $command in
  find) find_python ;;
  make) make_environment "$@" ;;
  *) fail "environment.sh knows find and make" ;;
esac
