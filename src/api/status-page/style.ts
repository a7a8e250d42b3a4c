import { createHash } from 'node:crypto'

/** The page's whole style: the console's ink and paper, in the reader's own theme. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#f6f6f3;--surface:#fff;--line:#e3e3dd;--ink:#16171a;--muted:#575a61;--ok:#0b6b3a;--warn:#7d4700;--bad:#ab1f18;--info:#1b57b0;--idle:#8a8b86;--bar:#2f9e62}
@media(prefers-color-scheme:dark){:root{--paper:#0d0e10;--surface:#15171a;--line:#272a2f;--ink:#f2f2ef;--muted:#a6a9b0;--ok:#5cd394;--warn:#f3bb50;--bad:#ff938a;--info:#88b5ff;--idle:#6d727b;--bar:#3f9f6c}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);font:15px/1.5 -apple-system,"Segoe UI",Roboto,"Open Sans","Noto Sans",system-ui,sans-serif}
main,header,footer{max-width:52rem;margin:0 auto;padding:0 1rem}
header{padding-top:2.5rem}
h1{margin:0;font-size:1.75rem;line-height:1.2;letter-spacing:-.02em}
h2{margin:2rem 0 .75rem;font-size:1.1rem}
h3{margin:0;font-size:1rem;font-weight:600}
p{margin:.25rem 0}
.about,.small,time{color:var(--muted)}
.about,.text{white-space:pre-line}
.small{font-size:.85rem}
.overall{margin:1.5rem 0;padding:1.1rem 1.25rem;border-radius:1rem;border:1px solid var(--line);border-left:.4rem solid var(--idle);background:var(--surface);font-size:1.25rem;font-weight:600}
.overall.operational{border-left-color:var(--ok)}.overall.degraded{border-left-color:var(--warn)}.overall.down{border-left-color:var(--bad)}.overall.maintenance{border-left-color:var(--info)}
.card{margin:0 0 .75rem;padding:0 1.25rem;border:1px solid var(--line);border-radius:1rem;background:var(--surface)}
.card>*{padding:1rem 0;margin:0;list-style:none}
.card>*+*{border-top:1px solid var(--line)}
.row{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:space-between;align-items:baseline}
.state{font-size:.9rem;font-weight:600;white-space:nowrap}
.state.operational,.state.resolved{color:var(--ok)}.state.degraded{color:var(--warn)}.state.down,.state.open{color:var(--bad)}.state.maintenance{color:var(--info)}.state.unknown{color:var(--muted)}
.bars{display:block;width:100%;height:2.25rem;margin-top:.6rem}
.bars .operational{fill:var(--bar)}.bars .degraded{fill:var(--warn)}.bars .down{fill:var(--bad)}.bars .maintenance{fill:var(--info)}.bars .unknown{fill:var(--line)}
details{margin-top:.35rem;font-size:.85rem}
summary{cursor:pointer;min-height:1.5rem;color:var(--muted)}
details ul{margin:.4rem 0 0;padding-left:1.2rem}
ol.updates{margin:.6rem 0 0;padding:0 0 0 1rem;border-left:2px solid var(--line);list-style:none}
ol.updates li+li{margin-top:.6rem}
a{color:inherit}
:focus-visible{outline:2px solid var(--info);outline-offset:2px}
footer{padding-top:1.5rem;padding-bottom:3rem}
`

/** Nothing but this style: no script, no picture, no form, no frame, nobody else. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
