#include "widgets/charts/chart_colors.h"

namespace qs {
namespace {

QColor blend(const QColor& a, const QColor& b, double weightOfB) {
    const auto mix = [&](int x, int y) { return static_cast<int>(x + (y - x) * weightOfB); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

}  // namespace

ChartColors ChartColors::of(const QPalette& palette) {
    ChartColors colors;
    colors.background = palette.color(QPalette::Base);
    colors.text = palette.color(QPalette::Text);
    const bool dark = colors.background.lightness() < 128;
    colors.axis = blend(colors.background, colors.text, 0.55);
    colors.grid = blend(colors.background, colors.text, 0.13);
    colors.selection = blend(colors.background, palette.color(QPalette::Highlight), dark ? 0.45 : 0.25);
    colors.fp32 = QColor(0xE6, 0x9F, 0x00);
    colors.variant = dark ? QColor(0x56, 0xB4, 0xE9) : QColor(0x00, 0x72, 0xB2);
    colors.accent = QColor(0xD5, 0x5E, 0x00);
    colors.loss = colors.variant;
    colors.accuracy = colors.accent;
    return colors;
}

}  // namespace qs
