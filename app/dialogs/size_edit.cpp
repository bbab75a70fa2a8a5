#include "app/dialogs/size_edit.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSpinBox>

namespace qs::app {
namespace {

constexpr int kLargestSide = 16384;
constexpr int kUsualSide = 224;

QSpinBox* makeSpin(const char* name, QWidget* parent) {
    auto* spin = new QSpinBox(parent);
    spin->setObjectName(QLatin1String(name));
    spin->setRange(1, kLargestSide);
    spin->setValue(kUsualSide);
    spin->setSuffix(SizeEdit::tr(" px"));
    return spin;
}

}  // namespace

SizeEdit::SizeEdit(const QString& oneSide, QWidget* parent)
    : QWidget(parent),
      mode_(new QComboBox(this)),
      first_(makeSpin("sizeFirst", this)),
      second_(makeSpin("sizeSecond", this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    mode_->setObjectName(QStringLiteral("sizeMode"));
    mode_->addItems({tr("default"), oneSide, tr("height × width"), tr("keep the size")});
    layout->addWidget(mode_, 1);
    layout->addWidget(first_);
    layout->addWidget(second_);
    setFocusProxy(mode_);
    connect(mode_, &QComboBox::currentIndexChanged, this, [this] {
        showFields();
        emit changed();
    });
    connect(first_, &QSpinBox::valueChanged, this, &SizeEdit::changed);
    connect(second_, &QSpinBox::valueChanged, this, &SizeEdit::changed);
    showFields();
}

void SizeEdit::showFields() {
    first_->setVisible(mode_->currentIndex() == OneSide || mode_->currentIndex() == Exact);
    second_->setVisible(mode_->currentIndex() == Exact);
}

void SizeEdit::setSize(const std::optional<int>& side, const std::vector<int>& exact) {
    if (exact.size() == 2) {
        mode_->setCurrentIndex(Exact);
        first_->setValue(exact[0]);
        second_->setValue(exact[1]);
    } else if (!side) {
        mode_->setCurrentIndex(Default);
    } else if (*side == 0) {
        mode_->setCurrentIndex(Kept);
    } else {
        mode_->setCurrentIndex(OneSide);
        first_->setValue(*side);
    }
}

std::optional<int> SizeEdit::side() const {
    switch (mode_->currentIndex()) {
        case OneSide:
            return first_->value();
        case Kept:
            return 0;
        default:
            return std::nullopt;
    }
}

std::vector<int> SizeEdit::exact() const {
    return mode_->currentIndex() == Exact ? std::vector<int>{first_->value(), second_->value()}
                                          : std::vector<int>();
}

void SizeEdit::setDefaultText(const QString& text) {
    mode_->setItemText(Default, text);
}

}  // namespace qs::app
