// Runs before the page is drawn, so that a chosen view does not flash.
// Nothing is stored until somebody presses the button.
try {
  const chosen = localStorage.getItem('trio-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.kernTheme = chosen;
} catch { /* storage may be forbidden: the system's choice holds */ }
