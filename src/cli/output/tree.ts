/** A line with lines below it. */
export interface TreeNode {
  readonly text: string;
  readonly children?: readonly TreeNode[];
}

/** The lines of a tree, branches drawn; the first is the root. */
export function treeLines({ text, children = [] }: TreeNode): string[] {
  return [text, ...children.flatMap((child, index) => {
    const last = index === children.length - 1;
    const [first = '', ...rest] = treeLines(child);
    return [`${last ? '└─' : '├─'} ${first}`, ...rest.map((line) => `${last ? '  ' : '│ '} ${line}`)];
  })];
}
