/**
 * POSIX sh, tested with dash and bash. Until the pipe ends it runs only builtins, so waiting costs nothing.
 * Its input is never evaluated: a line that is not a sign and a number above 1 is ignored.
 *
 * A child whose start the app did not survive is found by its mark, where the environment of a process can be read. It has
 * the other end of the pipe until it runs its program, and so has its mark by then. Its descendants lead no group.
 *
 * `kill -0` on a group also finds zombies; with them this script waits its full second, nothing else.
 */
export const guardianScript = `
trap '' INT TERM HUP
groups=' '
starting=''

is_number() {
  case $1 in '' | *[!0-9]* | 0* | 1 | ????????????*) return 1 ;; esac
}

forget() {
  case $groups in *" $1 "*) groups="\${groups%% $1 *} \${groups#* $1 }" ;; esac
}

signal_all() {
  for group in $groups; do
    kill -s "$1" -- "-$group" 2>/dev/null || forget "$group"
  done
}

add_starting() {
  [ -n "$starting" ] || return
  for file in $(grep -lF -e "$starting" /proc/[0-9]*/environ 2>/dev/null); do
    number=\${file#/proc/}
    groups="$groups\${number%/environ} "
  done
}

while IFS= read -r line; do
  number=\${line#?}
  case $line in '='*) starting=$number ;; esac
  is_number "$number" || continue
  case $line in
    +*) starting=''; forget "$number"; groups="$groups$number " ;;
    -*) forget "$number" ;;
  esac
done

add_starting
signal_all TERM
patience=10
while [ "$patience" -gt 0 ] && [ "$groups" != ' ' ]; do
  sleep 0.1
  patience=$((patience - 1))
  signal_all 0
done
signal_all KILL
`;
