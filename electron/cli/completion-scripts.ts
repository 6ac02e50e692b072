/** What a shell evaluates to complete `localport`: each asks the command itself, by `localport __complete WORD…`. */
export const completionShells = ['bash', 'zsh', 'fish'] as const;
export type CompletionShell = (typeof completionShells)[number];

const bash = `_localport() {
  local IFS=$'\\n'
  COMPREPLY=( $(localport __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) )
  local index
  for index in "\${!COMPREPLY[@]}"; do COMPREPLY[index]=$(printf '%q' "\${COMPREPLY[index]}"); done
}
complete -o default -F _localport localport
`;

const zsh = `#compdef localport
_localport() {
  local -a candidates
  candidates=( "\${(@f)$(localport __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}" )
  candidates=( "\${(@)candidates:#}" )
  if (( $#candidates )); then compadd -- "\${candidates[@]}"; else _files; fi
}
if [[ "\${funcstack[1]}" == _localport ]]; then _localport "$@"; else compdef _localport localport; fi
`;

const fish = `function __localport_complete
  set -l words (commandline -opc) (commandline -ct)
  localport __complete $words[2..-1] 2>/dev/null
end
complete -c localport -f -a '(__localport_complete)'
`;

export const completionScripts: Readonly<Record<CompletionShell, string>> = { bash, zsh, fish };
