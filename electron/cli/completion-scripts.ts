/**
 * The scripts that a shell evaluates to complete `localport`: each asks the command itself, with `localport __complete
 * WORD…`.
 */
export const completionShells = ['bash', 'zsh', 'fish'] as const;
export type CompletionShell = (typeof completionShells)[number];

// bash splits a word at `=`, `:` and `@` (those in COMP_WORDBREAKS), and replaces only the part after the last of them.
// Parts without a space in between are joined, and removed again from the candidates. These are read line by line: in an unquoted
// list, bash would replace a name with `*` by files.
const bash = `_localport() {
  local IFS=$'\\n' rest=$COMP_LINE breaks=\${COMP_WORDBREAKS//[!=:@]/} words=() typed index
  for (( index = 0; index <= COMP_CWORD; index++ )); do
    if (( index == 0 )) || [[ $rest == [[:space:]]* || -z $rest ]]; then
      rest=\${rest#"\${rest%%[![:space:]]*}"}
      words+=("\${COMP_WORDS[index]}")
    else
      words[\${#words[@]}-1]+=\${COMP_WORDS[index]}
    fi
    rest=\${rest#"\${COMP_WORDS[index]}"}
  done
  COMPREPLY=()
  while read -r index; do COMPREPLY+=("$index"); done < <(localport __complete "\${words[@]:1}" 2>/dev/null)
  typed=\${words[\${#words[@]}-1]}
  [[ -n $breaks ]] && typed=\${typed%"\${typed##*[$breaks]}"} || typed=
  for index in "\${!COMPREPLY[@]}"; do COMPREPLY[index]=$(printf '%q' "\${COMPREPLY[index]#"$typed"}"); done
}
complete -o default -F _localport localport
`;

// macOS has no compinit in its rc files, and without it there is no compdef. -i: Homebrew's folders are group-writable,
// and compinit would ask about that at each start of a shell.
const zsh = `#compdef localport
_localport() {
  local -a candidates
  candidates=( "\${(@f)$(localport __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}" )
  candidates=( "\${(@)candidates:#}" )
  if (( $#candidates )); then compadd -- "\${candidates[@]}"; else _files; fi
}
if [[ "\${funcstack[1]}" == _localport ]]; then
  _localport "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
  compdef _localport localport
fi
`;

const fish = `function __localport_complete
  set -l words (commandline -opc) (commandline -ct)
  localport __complete $words[2..-1] 2>/dev/null
end
complete -c localport -f -a '(__localport_complete)'
`;

export const completionScripts: Readonly<Record<CompletionShell, string>> = { bash, zsh, fish };
