/** The shells that completion is written for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type ShellName = (typeof shells)[number];

/** How a shell is told of it, for good. */
export const setUp: Readonly<Record<ShellName, string>> = {
  bash: 'source <(serin completion bash)     # in ~/.bashrc',
  zsh: 'source <(serin completion zsh)      # in ~/.zshrc, behind compinit',
  fish: 'serin completion fish | source      # in ~/.config/fish/config.fish',
};

// Works with the bash 3.2 of macOS and without the bash-completion package. Readline splits words at "=".
const bash = `# bash completion for serin
_serin() {
  local index=0 at word last="" line directive=4 current="\${COMP_WORDS[COMP_CWORD]}" prefix
  local -a words
  for ((at = 1; at <= COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    if [[ $index -gt 0 && ( "$word" == "=" || "$last" == "=" ) && "\${words[index-1]}" == --* ]]; then
      words[index-1]+="$word"
    else
      words[index]="$word"
      index=$((index + 1))
    fi
    last="$word"
  done
  [[ "$current" == "=" ]] && current=""
  prefix="\${words[index-1]%"$current"}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ "$line" == :* ]]; then
      directive="\${line#:}"
    else
      line="\${line%%$'\\t'*}"
      COMPREPLY+=("\${line#"$prefix"}")
    fi
  done < <("\${COMP_WORDS[0]}" __complete "\${words[@]}" 2>/dev/null)
  if [[ "$directive" == 0 ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  fi
}
complete -F _serin serin
`;

const zsh = `#compdef serin
# zsh completion for serin
_serin() {
  local line directive=4
  local -a offered
  for line in "\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ "$line" == :* ]]; then
      directive="\${line#:}"
    elif [[ -n "$line" ]]; then
      local word="\${line%%$'\\t'*}" meaning=""
      [[ "$line" == *$'\\t'* ]] && meaning=":\${line#*$'\\t'}"
      offered+=("\${word//:/\\\\:}$meaning")
    fi
  done
  if [[ "$directive" == 0 ]]; then
    if [[ "$PREFIX" == --*=* ]]; then
      IPREFIX+="\${PREFIX%%=*}="
      PREFIX="\${PREFIX#*=}"
    fi
    _files
  else
    _describe serin offered
  fi
}
compdef _serin serin
`;

const fish = `# fish completion for serin
function __serin_complete
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  set -l directive 4
  for line in ($typed[1] __complete $typed[2..-1] "$current" 2>/dev/null)
    if string match -q -- ':*' $line
      set directive (string sub -s 2 -- $line)
    else
      echo $line
    end
  end
  if test "$directive" = 0
    set -l option (string match -r -- '^--[^=]+=' "$current")
    for file in (__fish_complete_path (string replace -r -- '^--[^=]+=' '' "$current"))
      echo "$option$file"
    end
  end
end
complete -c serin -f -a '(__serin_complete)'
`;

/** What a shell reads to complete the words of `serin`. */
export const scripts: Readonly<Record<ShellName, string>> = { bash, zsh, fish };
