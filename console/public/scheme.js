// Before the first paint: the colour scheme that was chosen last, else the system's. A file of its
// own because the content security policy allows no inline script.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('belfry.scheme');
  } catch {
    // Storage may be refused; the system's scheme is right then.
  }
  var dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
