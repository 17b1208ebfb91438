/** A colour of tokens.css as the browser resolves it in the theme that is shown, for what is drawn on a canvas. */
export function resolvedColour(name: string, within: HTMLElement = document.body): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  within.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Calls back whenever the theme that is shown may have changed. */
export function onThemeChange(call: () => void): () => void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const chosen = new MutationObserver(call);
  dark.addEventListener('change', call);
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => {
    dark.removeEventListener('change', call);
    chosen.disconnect();
  };
}
