// What the browser keeps between visits: taste, never data. Storage may be refused.
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`belfry.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`belfry.${name}`, value);
  } catch {
    // The choice lasts as long as the page.
  }
}
