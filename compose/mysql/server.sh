#!/bin/sh
# Keeps one MySQL server up or down, as it is told through a pipe in the control volume. It runs as the container's
# first process, in mysql:8.4 as in the base image: POSIX shell and coreutils, nothing else.
#
#   control/NAME/commands   words, a line each: up, down, kill, pause, resume, renew, save FOLDER
#   control/NAME/state      what became of them: `STATE LIFE DETAIL`, replaced as a whole
#   control/NAME/wanted     up or down; survives a restart of the container
#
# An empty data directory is filled from a template (made once, by server 1, and shared), as the local driver does it:
# the schema and locked accounts are in it; each start gives the accounts this cluster's passwords.
#
# usage: server.sh NUMBER [once]     NUMBER: the server_id; once: a server that ends by itself ends the container
set -u
set -f
umask 027

number=$1
once=${2:-}
here=$(dirname "$0")
name=$(cat /etc/hostname)
home=/var/lib/quorumlab
run=/run/mysqld
data=$home/data/mysql
control=$home/control/$name
secrets=$home/secrets
# The services' user: reads the passwords, writes the commands.
services=1000

life=0
pid=
state=down
ending=
renewing=
as_user=

say() { echo "quorumlab: $*" >&2; }

become() { # STATE DETAIL
  state=$1
  printf '%s %s %s\n' "$state" "$life" "$2" >"$control/state.new"
  mv -f "$control/state.new" "$control/state"
}

want() {
  printf '%s\n' "$1" >"$control/wanted.new"
  mv -f "$control/wanted.new" "$control/wanted"
}

# Whoever comes first makes it; a link is made by one alone, and is whole from the beginning.
secret() {
  [ ! -s "$secrets/$1" ] || return 0
  draft=$(mktemp "$secrets/.draft.XXXXXX")
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$draft"
  # Root's containers share it with services that are not root.
  [ "$(id -u)" -ne 0 ] || chgrp "$services" "$draft"
  chmod 640 "$draft"
  ln "$draft" "$secrets/$1" 2>/dev/null
  rm -f "$draft"
}

# unlock.sql names each password as @account@. By the shell's own words: an argument could be seen by others.
unlock() {
  while IFS= read -r line; do
    for account in admin client replication drain audit; do
      case $line in *"@$account@"*)
        read -r password <"$secrets/$account" || [ -n "$password" ]
        line=${line%%"@$account@"*}$password${line#*"@$account@"}
        ;;
      esac
    done
    printf '%s;\n' "$line"
  done <"$here/unlock.sql"
}

make_template() { # DIRECTORY
  building=$(mktemp -d "$home/template/.building.XXXXXX")
  [ -z "$as_user" ] || chown mysql "$building"
  say "making the template $1"
  mysqld --no-defaults $as_user --initialize-insecure --datadir="$building/data" --tmpdir="$run" $storage || return
  # The checkout's own may be for its owner's eyes alone.
  cp "$here/template.sql" "$run/template.sql"
  chmod 644 "$run/template.sql"
  mysqld --no-defaults $as_user --datadir="$building/data" --tmpdir="$run" --socket="$run/template.sock" \
    --pid-file="$run/template.pid" --skip-networking --init-file="$run/template.sql" $(cat "$here/server.flags") &
  template_pid=$!
  while kill -0 "$template_pid" 2>/dev/null && ! answers "$run/template.sock"; do sleep 0.2; done
  kill "$template_pid" && wait "$template_pid" || return
  set +f
  rm -f "$building/data/auto.cnf" "$building"/data/binlog.* "$building"/data/relay.*
  set -f
  # Another cluster's may have been quicker, and is as good.
  mv -T "$building/data" "$1" 2>/dev/null
  rm -rf "$building"
}

answers() { mysqladmin --no-defaults --socket="$1" --connect-timeout=1 ping >/dev/null 2>&1; }

fill_data_directory() {
  [ ! -d "$data" ] || return 0
  storage=$(cat "$here/storage.flags")
  key=$({ mysqld --version; cat "$here/template.sql" "$here/storage.flags"; } | cksum)
  template=$home/template/${key%% *}
  if [ "$number" -ne 1 ]; then
    # Bounded: server 1 may never come.
    tries=0
    while [ ! -d "$template" ] && [ "$tries" -lt 300 ]; do
      sleep 0.2
      tries=$((tries + 1))
    done
  fi
  [ -d "$template" ] || make_template "$template"
  rm -rf "$data.new"
  cp -a "$template" "$data.new" && mv "$data.new" "$data"
}

# A server from its start to its end, which it reports. In the background, so that commands are heard meanwhile.
life_of_a_server() {
  trap - TERM
  mysqld --no-defaults "$@" 3<&- &
  echo $! >"$run/pid.new"
  mv "$run/pid.new" "$run/pid"
  wait $!
  echo "ended $life $?" >&3
}

start() {
  if ! fill_data_directory; then
    become down 'its data directory could not be made'
    return
  fi
  life=$((life + 1))
  rm -f "$run/pid" "$run/mysqld.sock" "$run/mysqld.sock.lock"
  if [ -n "$renewing" ]; then
    # Under its old uuid the numbers of transactions that are gone would be given out again.
    rm -f "$data/auto.cnf"
    renewing=
  fi
  unlock >"$run/unlock.sql"
  [ -z "$as_user" ] || chown mysql "$run/unlock.sql"
  life_of_a_server $as_user --datadir="$data" --tmpdir="$home/data/tmp" --socket="$run/mysqld.sock" --pid-file="$run/mysqld.pid" \
    --server-id="$number" --bind-address=0.0.0.0 --port=3306 --admin-address="$name" --admin-port=33062 \
    --create-admin-listener-thread=ON --report-host="$name" --report-port=3306 --init-file="$run/unlock.sql" \
    $(cat "$here/server.flags") &
  while [ ! -s "$run/pid" ]; do sleep 0.01; done
  pid=$(cat "$run/pid")
  become up "process $pid"
}

# A paused process would not hear an orderly request.
end_with() { # SIGNAL
  [ "$state" != paused ] || kill -CONT "$pid"
  [ "$state" = down ] || kill "-$1" "$pid" 2>/dev/null
}

save() { # FOLDER: the binlogs, as they are
  set +f
  mkdir -p "$control/saved/$1" && cp "$data"/binlog.[0-9]* "$control/saved/$1/"
  saved=$?
  set -f
  [ "$(id -u)" -ne 0 ] || chown -R "$services" "$control/saved"
  return "$saved"
}

[ "$(id -u)" -ne 0 ] || as_user=--user=mysql
mkdir -p "$home/data/tmp" "$control"
[ -z "$as_user" ] || chown mysql "$home/data" "$home/data/tmp" "$home/template" "$run"
for account in admin client replication drain audit; do secret "$account"; done
rm -f "$control/commands"
mkfifo "$control/commands"
[ "$(id -u)" -ne 0 ] || chgrp -R "$services" "$control"
chmod 770 "$control"
chmod 660 "$control/commands"
# For reading and writing: it has no end when its writers go.
exec 3<>"$control/commands"
# The engine's orderly stop.
trap 'ending=yes; echo down-now >&3' TERM INT

[ -s "$control/wanted" ] || want up
read -r wanted <"$control/wanted"
become down 'not started yet'
[ "$wanted" != up ] || start

while :; do
  # An interrupted read has nothing; what interrupted it has written a line.
  read -r word rest <&3 || continue
  case $word in
    up)
      want up
      [ "$state" != down ] || start
      ;;
    down)
      want down
      end_with TERM
      ;;
    kill)
      want down
      end_with KILL
      ;;
    pause) [ "$state" = down ] || { kill -STOP "$pid" && become paused "process $pid"; } ;;
    resume) [ "$state" != paused ] || { kill -CONT "$pid" && become up "process $pid"; } ;;
    renew) renewing=yes ;;
    save)
      if save "$rest"; then say "binlogs saved in $rest"; else say "binlogs could not be saved in $rest"; fi
      [ ! -d "$control/saved/$rest" ] || : >"$control/saved/$rest/whole"
      ;;
    down-now)
      [ "$state" != down ] || exit 0
      end_with TERM
      ;;
    ended)
      [ "${rest%% *}" = "$life" ] || continue
      become down "exit code ${rest#* }"
      rm -f "$run/unlock.sql"
      [ -z "$ending" ] || exit 0
      read -r wanted <"$control/wanted"
      if [ "$wanted" = up ]; then
        [ -z "$once" ] || [ -n "$renewing" ] || exit "${rest#* }"
        say "mysqld ended (exit code ${rest#* }) and is started again"
        sleep 0.5
        start
      fi
      ;;
    *) say "unknown command $word" ;;
  esac
done
