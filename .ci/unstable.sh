# Packages of Debian unstable, from the package host that this machine already uses. Sourced, not run.

# The first Debian archive among the machine's own sources, in the new or the old format.
archive() {
  local uri
  uri=$(cat /etc/apt/sources.list.d/debian.sources 2>/dev/null | sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' | head -n 1)
  if [ -z "$uri" ]; then
    uri=$(cat /etc/apt/sources.list 2>/dev/null | sed -n 's/^deb[[:space:]]*\(\[[^]]*\][[:space:]]*\)\{0,1\}\([^[:space:]]*\).*/\2/p' | head -n 1)
  fi
  [ -n "$uri" ] || {
    echo 'no Debian archive in /etc/apt/sources.list.d/debian.sources or /etc/apt/sources.list' >&2
    return 1
  }
  printf '%s' "$uri"
}

# download DIR PACKAGE...: the packages, with every library they need down to the C library, as DIR/cache/archives/*.deb.
# Nothing is installed: an empty status file makes every dependency count as missing.
download() {
  local dir=$1 uri keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  shift
  uri=$(archive) || return
  [ -r "$keyring" ] || {
    echo "no $keyring: install the package debian-archive-keyring" >&2
    return 1
  }
  mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
  : >"$dir/state/status"
  echo "deb [signed-by=$keyring] $uri sid main" >"$dir/sid.list"
  local options=(
    -o Dir::Etc::sourcelist="$dir/sid.list" -o Dir::Etc::sourceparts=- -o Dir::State="$dir/state"
    -o Dir::State::status="$dir/state/status" -o Dir::Cache="$dir/cache" -o APT::Sandbox::User=root
    -o Acquire::Retries=3 -q
  )
  apt-get "${options[@]}" update &&
    apt-get "${options[@]}" -y --no-install-recommends --download-only install "$@"
}
