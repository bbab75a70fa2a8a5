#include "widgets/qconfig/tensor_form.h"

#include <QFormLayout>
#include <QLabel>
#include <QScopedValueRollback>
#include <algorithm>

#include "widgets/common/engine_text.h"
#include "widgets/qconfig/choice_box.h"
#include "widgets/qconfig/number_edit.h"

namespace qs {
namespace {

const std::string kGroup = "group";

QString memberName(TensorForm::Tensor tensor, const char* member) {
    return QLatin1String(tensor == TensorForm::Tensor::Activation ? "activation_" : "weight_") +
           QLatin1String(member);
}

std::optional<double> asReal(const std::optional<int64_t>& value) {
    return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

/// "percentile:99.9" as name and parameters.
void splitObserver(protocol::TensorQConfig& value, const std::vector<protocol::ObserverInfo>& observers) {
    if (!value.observer || value.observer->find(':') == std::string::npos) {
        return;
    }
    const QStringList parts = QString::fromStdString(*value.observer).split(QLatin1Char(':'));
    const auto def = std::find_if(
        observers.begin(), observers.end(),
        [&](const protocol::ObserverInfo& observer) { return observer.name == parts.first().toStdString(); });
    if (def == observers.end() || static_cast<size_t>(parts.size() - 1) > def->parameters.size()) {
        return;
    }
    for (qsizetype i = 1; i < parts.size(); ++i) {
        value.parameters.emplace(def->parameters[static_cast<size_t>(i - 1)].name, parts[i].toDouble());
    }
    value.observer = def->name;
}

}  // namespace

TensorForm::TensorForm(Tensor tensor, const protocol::EngineInfo& engine, QWidget* parent)
    : QGroupBox(tensor == Tensor::Activation ? tr("Activation") : tr("Weight"), parent),
      tensor_(tensor),
      schemes_(engine.schemes),
      granularities_(engine.granularities),
      dtypes_(engine.dtypes),
      observers_(engine.observers),
      form_(new QFormLayout(this)),
      obstacle_(new QLabel(this)),
      type_(new ChoiceBox(memberName(tensor, "dtype"), this)),
      scheme_(new ChoiceBox(memberName(tensor, "scheme"), this)),
      granularity_(new ChoiceBox(memberName(tensor, "granularity"), this)),
      group_(new NumberEdit(memberName(tensor, "group"), NumberEdit::Kind::Integer, this)),
      observer_(new ChoiceBox(memberName(tensor, "observer"), this)),
      zeroPoint_(new NumberEdit(memberName(tensor, "zero_point"), NumberEdit::Kind::Integer, this)),
      least_(new NumberEdit(memberName(tensor, "quant_min"), NumberEdit::Kind::Integer, this)),
      greatest_(new NumberEdit(memberName(tensor, "quant_max"), NumberEdit::Kind::Integer, this)) {
    build();
    refresh();
}

void TensorForm::build() {
    obstacle_->setObjectName(memberName(tensor_, "obstacle"));
    obstacle_->setWordWrap(true);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form_->addRow(obstacle_);
    form_->addRow(tr("Type:"), type_);
    form_->addRow(tr("Scheme:"), scheme_);
    form_->addRow(tr("Granularity:"), granularity_);
    form_->addRow(tr("Group size:"), group_);
    form_->addRow(tr("Observer:"), observer_);
    form_->addRow(tr("Zero point:"), zeroPoint_);
    form_->addRow(tr("Least integer:"), least_);
    form_->addRow(tr("Greatest integer:"), greatest_);
    form_->setRowVisible(obstacle_, false);
    zeroPoint_->setToolTip(tr("Fixed by hand; without it as the scheme chooses it"));

    std::vector<QConfigChoice> types;
    for (const protocol::DTypeChoice& type : dtypes_) {
        types.push_back({type.choice.name, tr("%n bit(s)", nullptr, type.bits), refusalOf(type.choice)});
    }
    type_->setChoices(types);
    std::vector<QConfigChoice> observers;
    for (const protocol::ObserverInfo& observer : observers_) {
        observers.push_back({observer.name, engineText(observer.description)});
    }
    observer_->setChoices(observers);
    for (ChoiceBox* box : {type_, scheme_, granularity_, observer_}) {
        connect(box, &QComboBox::currentIndexChanged, this, &TensorForm::onEdited);
    }
    for (NumberEdit* edit : {group_, zeroPoint_, least_, greatest_}) {
        connect(edit, &QLineEdit::textChanged, this, &TensorForm::onEdited);
    }
}

void TensorForm::onEdited() {
    if (!setting_) {
        const QScopedValueRollback setting(setting_, true);
        refresh();
        emit edited();
    }
}

QString TensorForm::refusalOf(const protocol::ChoiceInfo& choice) const {
    return engineText(tensor_ == Tensor::Activation ? choice.activation_refusal : choice.weight_refusal);
}

const protocol::DTypeChoice* TensorForm::dtype() const {
    const std::string name = type_->value().value_or(preset_.dtype.value_or(std::string()));
    const auto found = std::find_if(dtypes_.begin(), dtypes_.end(),
                                    [&](const auto& type) { return type.choice.name == name; });
    return found == dtypes_.end() ? nullptr : &*found;
}

const protocol::ObserverInfo* TensorForm::observer() const {
    const std::string name = observer_->value().value_or(preset_.observer.value_or(std::string()));
    const auto found = std::find_if(observers_.begin(), observers_.end(),
                                    [&](const auto& observer) { return observer.name == name; });
    return found == observers_.end() ? nullptr : &*found;
}

QString TensorForm::refusalOfDType(const char* member, const std::string& value) const {
    if (const protocol::DTypeChoice* type = dtype()) {
        for (const protocol::RefusedMember& refused : type->refused) {
            if (refused.member == member && refused.value == value) {
                return engineText(refused.reason);
            }
        }
    }
    return {};
}

void TensorForm::refresh() {
    const auto choices = [this](const char* member, const std::vector<protocol::ChoiceInfo>& infos) {
        std::vector<QConfigChoice> all;
        for (const protocol::ChoiceInfo& info : infos) {
            const QString always = refusalOf(info);
            all.push_back({info.name, engineText(info.description),
                           always.isEmpty() ? refusalOfDType(member, info.name) : always});
        }
        return all;
    };
    scheme_->setChoices(choices("scheme", schemes_));
    granularity_->setChoices(choices("granularity", granularities_));

    // Another type than the preset's brings a scheme, an observer and integers that suit it.
    const bool sameType = !type_->value() || type_->value() == preset_.dtype;
    const auto ofSameType = [&](const auto& value) {
        return sameType ? value : std::remove_cvref_t<decltype(value)>();
    };
    type_->setInherited(preset_.dtype);
    scheme_->setInherited(ofSameType(preset_.scheme));
    granularity_->setInherited(preset_.granularity);
    group_->setInherited(asReal(preset_.group));
    observer_->setInherited(ofSameType(preset_.observer));
    zeroPoint_->setInherited(asReal(preset_.zero_point));
    least_->setInherited(asReal(ofSameType(preset_.quant_min)));
    greatest_->setInherited(asReal(ofSameType(preset_.quant_max)));

    const auto allow = [](NumberEdit* edit, const QString& refusal, const QString& tip = {}) {
        // What is there must be possible to take away.
        edit->setEnabled(refusal.isEmpty() || !edit->text().isEmpty());
        edit->setToolTip(refusal.isEmpty() ? tip : refusal);
    };
    const bool grouped = granularity_->value().value_or(preset_.granularity.value_or("")) == kGroup;
    allow(group_, grouped ? QString() : tr("Choose the granularity group first."),
          tr("Numbers of an output channel's row that share a scale"));
    allow(zeroPoint_, refusalOfDType("zero_point", ""),
          tr("Fixed by hand; without it as the scheme chooses it"));
    const QString range = refusalOfDType("quant_min", "");
    allow(least_, range, tr("The range of integers is cut here"));
    allow(greatest_, range, tr("The range of integers is cut here"));
    const bool hasGranularities = granularity_->possible() > 1 || granularity_->value();
    form_->setRowVisible(granularity_, hasGranularities);
    form_->setRowVisible(group_, hasGranularities || !group_->text().isEmpty());
    refreshParameters();
}

/// A field for each parameter of the observer.
void TensorForm::refreshParameters() {
    const protocol::ObserverInfo* def = observer();
    const std::string name = def ? def->name : std::string();
    if (name == parametersOf_) {
        return;
    }
    parametersOf_ = name;
    for (const Parameter& parameter : parameters_) {
        form_->removeRow(parameter.edit);
    }
    parameters_.clear();
    if (!def) {
        return;
    }
    int row = 0;
    form_->getWidgetPosition(observer_, &row, nullptr);
    QWidget* before = observer_;
    for (const protocol::ParameterInfo& info : def->parameters) {
        auto* edit = new NumberEdit(memberName(tensor_, "observer_") + QString::fromStdString(info.name),
                                    NumberEdit::Kind::Real, this);
        const auto inherited = preset_.parameters.find(info.name);
        edit->setPlaceholderText(
            QString::number(inherited == preset_.parameters.end() ? info.default_value : inherited->second));
        edit->setToolTip(tr("%1; from %2 to %3")
                             .arg(engineText(info.description), QString::number(info.least),
                                  QString::number(info.greatest)));
        if (const auto given = given_.find(info.name); given != given_.end()) {
            edit->setReal(given->second);
        }
        form_->insertRow(++row, QString::fromStdString(info.name) + QLatin1Char(':'), edit);
        setTabOrder(before, edit);
        before = edit;
        connect(edit, &QLineEdit::textChanged, this, &TensorForm::onEdited);
        parameters_.push_back({info.name, edit});
    }
    given_.clear();
}

void TensorForm::setPreset(const protocol::TensorQConfig& preset) {
    const QScopedValueRollback setting(setting_, true);
    preset_ = preset;
    refresh();
}

void TensorForm::setObstacle(const QString& obstacle) {
    obstacle_->setText(obstacle);
    form_->setRowVisible(obstacle_, !obstacle.isEmpty());
    for (int row = 0; row < form_->rowCount(); ++row) {
        if (QLayoutItem* field = form_->itemAt(row, QFormLayout::FieldRole);
            field && field->widget() && field->widget() != obstacle_) {
            field->widget()->setEnabled(obstacle.isEmpty());
        }
    }
    if (obstacle.isEmpty()) {
        const QScopedValueRollback setting(setting_, true);
        refresh();
    }
}

protocol::TensorQConfig TensorForm::value() const {
    protocol::TensorQConfig value;
    value.dtype = type_->value();
    value.scheme = scheme_->value();
    value.granularity = granularity_->value();
    value.group = group_->integer();
    if (value.group && value.granularity == kGroup) {
        value.granularity.reset();  // the size says it
    }
    value.observer = observer_->value();
    for (const Parameter& parameter : parameters_) {
        if (const auto number = parameter.edit->real()) {
            value.parameters[parameter.name] = *number;
        }
    }
    value.zero_point = zeroPoint_->integer();
    value.quant_min = least_->integer();
    value.quant_max = greatest_->integer();
    return value;
}

void TensorForm::setValue(const protocol::TensorQConfig& given) {
    const QScopedValueRollback setting(setting_, true);
    protocol::TensorQConfig value = given;
    splitObserver(value, observers_);
    type_->setValue(value.dtype);
    scheme_->setValue(value.scheme);
    granularity_->setValue(value.group && !value.granularity ? std::optional(kGroup) : value.granularity);
    group_->setInteger(value.group);
    observer_->setValue(value.observer);
    zeroPoint_->setInteger(value.zero_point);
    least_->setInteger(value.quant_min);
    greatest_->setInteger(value.quant_max);
    given_ = value.parameters;
    parametersOf_ = {};
    for (const Parameter& parameter : parameters_) {
        form_->removeRow(parameter.edit);
    }
    parameters_.clear();
    refresh();
}

}  // namespace qs
