/** The page's own style: light or dark as the reader's system is, one column on a narrow screen. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1c2330; --soft: #667085; --line: #e4e7ec;
  --c0: #475467; --c1: #2563eb; --c2: #d9480f; --c3: #0f8a6c; --c4: #7c3aed; --c5: #b42368; }
@media (prefers-color-scheme: dark) { :root { --page: #10141b; --card: #181e28; --ink: #e6e9ef; --soft: #98a2b3; --line: #2a3240;
  --c0: #c3cad6; --c1: #6ea0ff; --c2: #ff9457; --c3: #3ecfa6; --c4: #b592ff; --c5: #f07ab2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 20px 40px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 16px; margin: 0 0 8px; }
.intro { color: var(--soft); margin: 0 0 20px; max-width: 75ch; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 16px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; margin: 0; min-width: 0; }
.card p { color: var(--soft); margin: 8px 0 0; font-size: 13px; }
table.values { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
table.values th, table.values td { padding: 5px 10px 5px 0; text-align: right; border-bottom: 1px solid var(--line); }
table.values th:first-child, table.values td:first-child { text-align: left; }
table.values th { color: var(--soft); font-weight: 600; font-size: 13px; }
table.values tr:last-child td { border-bottom: 0; }
.u-legend { font-size: 12px; color: var(--soft); text-align: left; min-height: 48px; }
.u-inline tr { margin-right: 2px; }
.u-legend .u-marker { border-radius: 3px; }
.u-inline.u-live th::after { content: none; }
table.values td:first-child { white-space: nowrap; }
svg.heat { display: block; width: 100%; }
svg.heat rect { fill: var(--c1); stroke: var(--line); }
svg.heat text { fill: var(--soft); font-size: 13px; }
`;
