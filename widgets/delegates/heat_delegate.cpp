#include "widgets/delegates/heat_delegate.h"

#include <QPainter>
#include <algorithm>

#include "widgets/models/layer_table_model.h"

namespace qs {
namespace {

constexpr double kFullDb = 50.0;
constexpr int kAlpha = 90;

QColor heat(double fraction) {
    const QColor bad(0xD5, 0x5E, 0x00);
    const QColor good(0x56, 0xB4, 0xE9);
    const auto mix = [&](int a, int b) { return static_cast<int>(a + (b - a) * fraction); };
    return {mix(bad.red(), good.red()), mix(bad.green(), good.green()), mix(bad.blue(), good.blue()), kAlpha};
}

}  // namespace

void HeatDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const {
    QStyledItemDelegate::paint(painter, option, index);
    const QVariant sqnr = index.data(LayerTableModel::SqnrRole);
    if (!sqnr.isValid()) {
        return;
    }
    const double fraction = std::clamp(sqnr.toDouble() / kFullDb, 0.03, 1.0);
    QRect bar = option.rect.adjusted(2, 0, -2, -2);
    bar.setTop(bar.bottom() - std::max(3, bar.height() / 6));
    bar.setWidth(static_cast<int>(bar.width() * fraction));
    QColor color = heat(fraction);
    color.setAlpha(220);
    painter->fillRect(option.rect, QColor(color.red(), color.green(), color.blue(),
                                          static_cast<int>(kAlpha * std::max(0.0, 0.6 - fraction))));
    painter->fillRect(bar, color);
}

}  // namespace qs
