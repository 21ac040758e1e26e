let arrived = false;

// False once, for the first page after the document was loaded: there the focus stays at the top,
// where the browser put it, and the link that skips the bar comes first.
export function hasArrived(): boolean {
  const before = arrived;
  arrived = true;
  return before;
}
