"""The look of the runs page's list, on light and on dark ground, at a desk and on a phone."""

from apps.shell.frame import PHONE

STYLE = f"""
:host {{ font-family: Roboto, Helvetica, Arial, sans-serif; font-size: 14px; line-height: 1.45;
        color: var(--panel-on-background-color); color-scheme: inherit; }}
h1 {{ font-size: 22px; margin: 4px 0 10px 0; }}
h2 {{ font-size: 15px; margin: 0; font-weight: 600; }}
p {{ margin: 2px 0; max-width: 90ch; overflow-wrap: anywhere; }}
a {{ color: var(--panel-primary-color); }}
ol, ul {{ list-style: none; margin: 0; padding: 0; }}
[hidden] {{ display: none !important; }}
button, .button, input, select, textarea {{ font: inherit; font-size: 13px; color: inherit;
  background: var(--panel-background-color); border: 1px solid #8889; border-radius: 4px;
  padding: 5px 10px; min-height: 32px; box-sizing: border-box; }}
button, .button {{ cursor: pointer; display: inline-flex; align-items: center;
  text-decoration: none; color: var(--panel-primary-color); }}
button:disabled {{ cursor: default; color: inherit; opacity: 0.5; border-style: dashed; }}
.button.main {{ background: var(--panel-primary-color); color: var(--panel-on-primary-color); }}
button:hover:enabled, .button:hover {{ border-color: currentColor; }}
:focus-visible {{ outline: 2px solid var(--panel-primary-color); outline-offset: 2px; }}
.said:focus-visible {{ outline: none; }}
form[role=search] {{ display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: end; }}
.field {{ display: flex; flex-direction: column; gap: 2px; }}
label {{ font-size: 12px; }}
.where {{ flex: 1 1 240px; }}
.wrong, .said.alarm, .partial {{ color: var(--danger-bg-color); }}
.wrong:empty, .said:empty {{ min-height: 0; }}
.said {{ min-height: 20px; }}
.undo li {{ display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; padding: 2px 0; }}
.compare {{ display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; padding: 8px 0;
  position: sticky; top: 0; background: var(--panel-background-color); z-index: 2; }}
.count {{ font-size: 13px; }}
.record {{ display: grid; grid-template-columns: 28px minmax(0, 1fr) 190px auto; gap: 2px 14px;
  padding: 10px 0; border-top: 1px solid #8885; align-items: start; }}
.choose {{ padding: 2px 4px; }}
.choose input {{ width: 18px; height: 18px; min-height: 0; margin: 0;
  accent-color: var(--panel-primary-color); }}

.facts {{ font-size: 13px; display: flex; flex-direction: column; }}
.why {{ font-size: 13px; }}
.note {{ white-space: pre-line; border-left: 3px solid #8886; padding-left: 8px; }}
.tags {{ display: flex; flex-wrap: wrap; gap: 4px; margin: 4px 0; }}
.tags li {{ border: 1px solid #8888; border-radius: 12px; padding: 0 2px 0 9px; font-size: 12px;
  display: inline-flex; align-items: center; max-width: 100%; overflow-wrap: anywhere; }}
.tags button {{ border: none; background: none; min-height: 24px; min-width: 24px; padding: 0 5px;
  color: inherit; }}
.deeds {{ display: flex; flex-wrap: wrap; gap: 6px; justify-content: flex-end; }}
.editor {{ display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 6px 0; }}
.editor span {{ font-size: 12px; }}
.editor input {{ width: 200px; }}
.editor textarea {{ flex: 1 1 260px; min-height: 60px; }}
.pages, .sure {{ display: flex; flex-wrap: wrap; gap: 8px; padding: 10px 0; align-items: center; }}
.disk {{ border-top: 1px solid #8885; margin-top: 8px; padding: 12px 0 24px 0; }}
.disk > button, .disk details {{ margin-top: 6px; }}
.empty {{ padding: 28px 0; }}
.empty h2 {{ font-size: 18px; }}
.empty p {{ font-size: 15px; margin: 8px 0; }}
@media (max-width: {PHONE}px) {{
  .record {{ grid-template-columns: 28px minmax(0, 1fr); }}
  .facts, .deeds {{ grid-column: 2; }}
  .facts {{ flex-direction: row; flex-wrap: wrap; gap: 0 12px; }}
  .deeds {{ justify-content: flex-start; }}
  .field {{ flex: 1 1 130px; min-width: 0; }}
  .where {{ flex-basis: 100%; }}
  button, .button, input, select {{ min-height: 38px; }}
}}
"""
