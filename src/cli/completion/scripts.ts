/*
 * What shells are taught. They ask the command itself, `signalbox __complete`, which answers with a line for each candidate, its
 * description after a tab, and with `:files` where a path belongs.
 */

const bash = `# Completion of signalbox for bash:  source <(signalbox completion bash)
_signalbox() {
  local line=\${COMP_LINE:0:COMP_POINT} value description quoted
  local word=\${line##*[[:space:]]}
  # Bash takes what is behind a : or = for a word of its own, and replaces only that.
  local kept=\${word%"\${word##*[:=]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value description; do
    if [[ $value == :files ]]; then
      compopt -o default
    else
      printf -v quoted %q "$value"
      COMPREPLY+=("\${quoted#"$kept"}")
    fi
  done < <("$1" __complete --line "$line" 2>/dev/null)
}
complete -F _signalbox signalbox
`;

const zsh = `#compdef signalbox
# Completion of signalbox for zsh:  source <(signalbox completion zsh)
_signalbox() {
  local -a described
  local line value description files=0
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    value=\${line%%$'\\t'*}
    description=\${line#*$'\\t'}
    if [[ $value == :files ]]; then
      files=1
    elif [[ -n $value ]]; then
      described+=("\${value//:/\\\\:}:$description")
    fi
  done
  (( $#described )) && _describe signalbox described
  (( files )) && _files
  return 0
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _signalbox "$@"
else
  compdef _signalbox signalbox
fi
`;

const fish = `# Completion of signalbox for fish:  signalbox completion fish | source
function __signalbox_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  for line in ($before[1] __complete -- $before[2..-1] "$current" 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c signalbox -f -a '(__signalbox_complete)'
`;

export const scripts = { bash, zsh, fish } as const;
export type Shell = keyof typeof scripts;
