#include "app/dialogs/algorithm_form.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/common/engine_text.h"

namespace qs::app {
namespace {

/// Whole numbers have no decimals.
int decimalsFor(const protocol::ParameterInfo& info) {
    const auto isWhole = [](double value) { return value == std::floor(value); };
    const bool whole = isWhole(info.default_value) && isWhole(info.least) && isWhole(info.greatest) &&
                       info.greatest - info.least > 1;
    return whole ? 0 : 4;
}

QDoubleSpinBox* spin(const std::string& algorithm, const protocol::ParameterInfo& info, double value,
                     QWidget* parent) {
    auto* box = new QDoubleSpinBox(parent);
    box->setObjectName(QStringLiteral("algorithm_%1_%2")
                           .arg(QString::fromStdString(algorithm), QString::fromStdString(info.name)));
    box->setDecimals(decimalsFor(info));
    box->setRange(info.least, info.greatest);
    box->setGroupSeparatorShown(true);
    box->setValue(value);
    box->setToolTip(engineText(info.description));
    box->setAccessibleName(QString::fromStdString(info.name));
    return box;
}

}  // namespace

AlgorithmForm::AlgorithmForm(const std::vector<protocol::AlgorithmInfo>& known,
                             const std::vector<protocol::Algorithm>& chosen, QWidget* parent)
    : QWidget(parent), chosen_(chosen) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    for (const protocol::AlgorithmInfo& info : known) {
        const auto given = std::ranges::find(chosen, info.name, &protocol::Algorithm::name);
        Row row{info.name, new QCheckBox(QString::fromStdString(info.name), this), {}};
        row.box->setObjectName(QStringLiteral("algorithm_") + QString::fromStdString(info.name));
        row.box->setChecked(given != chosen.end());
        row.box->setToolTip(engineText(info.description));
        auto* line = new QHBoxLayout;
        line->addWidget(row.box);
        line->addStretch();
        for (const protocol::ParameterInfo& parameter : info.parameters) {
            double value = parameter.default_value;
            if (given != chosen.end()) {
                const auto found = given->parameters.find(parameter.name);
                value = found == given->parameters.end() ? value : found->second;
            }
            QDoubleSpinBox* box = spin(info.name, parameter, value, this);
            auto* label = new QLabel(QString::fromStdString(parameter.name) + QLatin1Char(':'), this);
            label->setBuddy(box);
            line->addWidget(label);
            line->addWidget(box);
            for (QWidget* widget : {static_cast<QWidget*>(label), static_cast<QWidget*>(box)}) {
                widget->setEnabled(row.box->isChecked());
                connect(row.box, &QCheckBox::toggled, widget, &QWidget::setEnabled);
            }
            row.parameters.emplace_back(parameter.name, box);
        }
        layout->addLayout(line);
        rows_.push_back(std::move(row));
    }
}

std::vector<protocol::Algorithm> AlgorithmForm::algorithms() const {
    std::vector<protocol::Algorithm> all = chosen_;
    for (const Row& row : rows_) {
        const auto given = std::ranges::find(all, row.name, &protocol::Algorithm::name);
        if (!row.box->isChecked()) {
            if (given != all.end()) {
                all.erase(given);
            }
            continue;
        }
        protocol::Algorithm& algorithm = given == all.end() ? all.emplace_back() : *given;
        algorithm.name = row.name;
        for (const auto& [name, box] : row.parameters) {
            algorithm.parameters[name] = box->value();
        }
    }
    return all;
}

}  // namespace qs::app
