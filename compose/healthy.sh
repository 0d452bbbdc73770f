#!/bin/bash
# Whether the service on this port of this container says that it is well. The shell's own connection: a health check
# that starts Node every few seconds costs more than the service does.
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 3 _ status _ <&3
[ "$status" = 200 ]
