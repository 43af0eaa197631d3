# Sourced by scripts/start and scripts/test: .venv with what a lock file names, and Debian packages.
# Needs bash and a Debian or Ubuntu, or a Python 3.11 to 3.13 that is there already. It names no package index: pip's
# own configuration decides where packages come from, and the hashes in the lock decide whether they are taken.

PYTHONS="python3 python3.13 python3.12 python3.11 python"
IS_SUPPORTED='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Prints the first Python that we support.
find_python() {
  local name
  for name in $PYTHONS; do
    if "$name" -c "$IS_SUPPORTED" >/dev/null 2>&1; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

# Runs a command as root: as it is, or by sudo where that needs no password or somebody can type one.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    sudo "$@"
  else
    return 1
  fi
}

# Prints those of the named Debian packages that are not installed.
missing_packages() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s ' "$name"
  done
}

# Installs Debian packages; fails where that is not possible or not allowed.
install_packages() {
  command -v apt-get >/dev/null || return 1
  say "Installing $* …"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 ||
    { as_root apt-get update -qq >/dev/null 2>&1 &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null; }
}

# Prints a Python that can make virtual environments, after installing what it lacks.
python_with_venv() {
  local python package
  if ! python=$(find_python); then
    install_packages python3 python3-venv && python=$(find_python) ||
      die "Samovar needs Python 3.11 to 3.13. Install it, on Debian and Ubuntu with: sudo apt-get install python3 python3-venv"
  fi
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    install_packages "$package" && "$python" -c 'import ensurepip, venv' 2>/dev/null ||
      die "$python cannot make virtual environments. Install what it lacks: sudo apt-get install $package"
  fi
  printf '%s' "$python"
}

# What .venv must have been made of to be right: the lock, the project, the place (scripts inside hold it).
stamp_of() { { pwd; cat pyproject.toml "$1"; } | cksum; }

locked() {
  .venv/bin/python -m pip --disable-pip-version-check --no-input install -qq --require-hashes --no-deps \
    --no-build-isolation --use-pep517 "$@"
}

# prepare LOCK…: makes .venv right by the first lock, unless it is right by any of them already.
prepare() {
  local lock python
  exec 9>.venv.lock
  # Two that start together do not write over one another.
  ! command -v flock >/dev/null || flock 9
  for lock in "$@"; do
    if [ -x .venv/bin/samovar ] && [ "$(cat ".venv/installed-$lock" 2>/dev/null)" = "$(stamp_of "$lock")" ]; then
      exec 9>&-
      return 0
    fi
  done
  python=$(python_with_venv)
  say "Installing Samovar's libraries into .venv …"
  rm -f .venv/installed-*
  if ! .venv/bin/python -c "import pip; $IS_SUPPORTED" 2>/dev/null || ! .venv/bin/pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear .venv
  fi
  # What comes as source is built by the setuptools of the lock, not by whatever is the newest today.
  awk '/^[a-z]/ { wanted = /^setuptools==/ } wanted' "$1" >.venv/setuptools.lock
  { locked --requirement .venv/setuptools.lock && locked --requirement "$1"; } ||
    die "The libraries could not be installed (above is why). Run it again once that is mended: it goes on from there."
  .venv/bin/python -m pip --disable-pip-version-check --no-input install -qq --no-deps --no-index \
    --no-build-isolation --editable . || die "Samovar itself could not be installed into .venv; above is why."
  stamp_of "$1" >".venv/installed-$1"
  exec 9>&-
}
