/**
 * Replaces `$(NAME)` by the variable's value. What has no value stays as it is; `$$` stands for `$`, so `$$(NAME)`
 * becomes `$(NAME)`.
 */
export function expandVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (found, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : found;
  });
}
