#include "app/dialogs/preprocessing_editor.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/dialogs/size_edit.h"
#include "widgets/common/describe.h"

namespace qs::app {
namespace {

struct Preset {
    const char* title;
    protocol::Preprocessing settings;
};

const std::vector<double> kImageNetMean = {0.485, 0.456, 0.406};
const std::vector<double> kImageNetStd = {0.229, 0.224, 0.225};
const std::vector<double> kHalf = {0.5, 0.5, 0.5};

const std::vector<Preset>& presets() {
    static const std::vector<Preset> all = {
        {QT_TRANSLATE_NOOP("qs::app::PreprocessingEditor", "Defaults of the data format"), {}},
        {QT_TRANSLATE_NOOP("qs::app::PreprocessingEditor", "ImageNet, as torchvision (256, 224)"),
         {256, 224, kImageNetMean, kImageNetStd, 3, {}, {}, "bilinear", "rgb", 1.0 / 255, "nchw"}},
        {QT_TRANSLATE_NOOP("qs::app::PreprocessingEditor", "ImageNet, exactly 224 × 224"),
         {{}, 0, kImageNetMean, kImageNetStd, 3, {224, 224}, {}, "bilinear", "rgb", 1.0 / 255, "nchw"}},
        {QT_TRANSLATE_NOOP("qs::app::PreprocessingEditor", "From -1 to 1 (mean 0.5, deviation 0.5)"),
         {{}, {}, kHalf, kHalf, 3, {}, {}, {}, "rgb", 1.0 / 255, {}}},
        {QT_TRANSLATE_NOOP("qs::app::PreprocessingEditor", "From 0 to 1, not normalized"),
         {{}, {}, {0, 0, 0}, {1, 1, 1}, 3, {}, {}, {}, "rgb", 1.0 / 255, {}}},
        {QT_TRANSLATE_NOOP("qs::app::PreprocessingEditor", "From 0 to 255, not normalized"),
         {{}, {}, {0, 0, 0}, {1, 1, 1}, 3, {}, {}, {}, "rgb", 1.0, {}}},
    };
    return all;
}

/// "0.485, 0.456, 0.406"; nothing if it is not a list of numbers.
std::optional<std::vector<double>> parseNumbers(const QString& text) {
    std::vector<double> numbers;
    for (const auto& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        bool ok = false;
        numbers.push_back(part.trimmed().toDouble(&ok));
        if (!ok) {
            return std::nullopt;
        }
    }
    return numbers;
}

/// "1/255" or "0.0039"; nothing if it is not a positive number.
std::optional<double> parseScale(const QString& text) {
    const QStringList parts = text.split(QLatin1Char('/'));
    bool isNumber = false;
    double value = parts[0].trimmed().toDouble(&isNumber);
    if (isNumber && parts.size() == 2) {
        value /= parts[1].trimmed().toDouble(&isNumber);
    }
    const bool valid = isNumber && parts.size() <= 2 && std::isfinite(value) && value > 0;
    return valid ? std::optional(value) : std::nullopt;
}

void choose(QComboBox* combo, const QString& key) {
    combo->setCurrentIndex(std::max(0, combo->findData(key)));
}

/// "default", or "default: 256 px".
QString defaultText(const QString& value) {
    return value.isEmpty() ? PreprocessingEditor::tr("default")
                           : PreprocessingEditor::tr("default: %1").arg(value);
}

}  // namespace

PreprocessingEditor::PreprocessingEditor(QWidget* parent)
    : QWidget(parent), fields_(new QWidget(this)), tensorsNote_(new QLabel(this)) {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    tensorsNote_->setText(tr("Files of this format hold ready tensors: they are taken as they are."));
    tensorsNote_->setObjectName(QStringLiteral("tensorsNote"));
    tensorsNote_->setWordWrap(true);
    tensorsNote_->hide();
    outer->addWidget(tensorsNote_);
    outer->addWidget(fields_);
    outer->addStretch();
    auto* form = new QFormLayout(fields_);
    form->setContentsMargins(0, 0, 0, 0);
    preset_ = new QComboBox(fields_);
    preset_->setObjectName(QStringLiteral("dataPreset"));
    for (const auto& preset : presets()) {
        preset_->addItem(tr(preset.title));
    }
    preset_->addItem(tr("Own settings"));
    resize_ = new SizeEdit(tr("shorter side"), fields_);
    resize_->setObjectName(QStringLiteral("dataResize"));
    crop_ = new SizeEdit(tr("square"), fields_);
    crop_->setObjectName(QStringLiteral("dataCrop"));
    interpolation_ = makeChoice("dataInterpolation", {{tr("bilinear"), QStringLiteral("bilinear")},
                                                      {tr("bicubic"), QStringLiteral("bicubic")},
                                                      {tr("nearest"), QStringLiteral("nearest")}});
    channels_ = makeChoice("dataChannels",
                           {{tr("1 (grey)"), QStringLiteral("1")}, {tr("3 (colour)"), QStringLiteral("3")}});
    order_ = makeChoice("dataOrder", {{QStringLiteral("RGB"), QStringLiteral("rgb")},
                                      {QStringLiteral("BGR"), QStringLiteral("bgr")}});
    layout_ = makeChoice("dataLayout", {{QStringLiteral("NCHW"), QStringLiteral("nchw")},
                                        {QStringLiteral("NHWC"), QStringLiteral("nhwc")}});
    scale_ = makeList("dataScale");
    scale_->setToolTip(tr("Factor on the values 0 to 255, before mean and deviation: 1/255, or 1"));
    mean_ = makeList("dataMean");
    std_ = makeList("dataStd");
    for (QLineEdit* edit : {mean_, std_}) {
        edit->setToolTip(tr("A number for each channel, or one for all: 0.485, 0.456, 0.406"));
    }
    form->addRow(tr("Preset:"), preset_);
    form->addRow(tr("Resize:"), resize_);
    form->addRow(tr("Interpolation:"), interpolation_);
    form->addRow(tr("Crop the centre:"), crop_);
    form->addRow(tr("Channels:"), channels_);
    form->addRow(tr("Order of channels:"), order_);
    form->addRow(tr("Scale:"), scale_);
    form->addRow(tr("Mean:"), mean_);
    form->addRow(tr("Standard deviation:"), std_);
    form->addRow(tr("Layout of the tensor:"), layout_);
    connect(preset_, &QComboBox::activated, this, &PreprocessingEditor::applyPreset);
    for (SizeEdit* size : {resize_, crop_}) {
        connect(size, &SizeEdit::changed, this, &PreprocessingEditor::edited);
    }
    setInForce(std::nullopt);
}

QComboBox* PreprocessingEditor::makeChoice(const char* name,
                                           const std::vector<std::pair<QString, QString>>& entries) {
    auto* combo = new QComboBox(fields_);
    combo->setObjectName(QLatin1String(name));
    combo->addItem(tr("default"), QString());
    for (const auto& [text, key] : entries) {
        combo->addItem(text, key);
    }
    connect(combo, &QComboBox::currentIndexChanged, this, &PreprocessingEditor::edited);
    return combo;
}

QLineEdit* PreprocessingEditor::makeList(const char* name) {
    auto* edit = new QLineEdit(fields_);
    edit->setObjectName(QLatin1String(name));
    connect(edit, &QLineEdit::textChanged, this, &PreprocessingEditor::edited);
    return edit;
}

void PreprocessingEditor::edited() {
    if (applying_) {
        return;
    }
    const protocol::Preprocessing now = value();
    const auto same = std::find_if(presets().begin(), presets().end(),
                                   [&](const Preset& preset) { return preset.settings == now; });
    preset_->setCurrentIndex(static_cast<int>(same - presets().begin()));
    emit changed();
}

void PreprocessingEditor::applyPreset() {
    const auto index = static_cast<size_t>(preset_->currentIndex());
    if (index < presets().size()) {
        setValue(presets()[index].settings);
    }
}

void PreprocessingEditor::setValue(const protocol::Preprocessing& value) {
    applying_ = true;
    resize_->setSize(value.resize, value.resize_to);
    crop_->setSize(value.crop, value.crop_to);
    choose(interpolation_, QString::fromStdString(value.interpolation));
    choose(channels_, value.channels ? QString::number(*value.channels) : QString());
    choose(order_, QString::fromStdString(value.color_order));
    choose(layout_, QString::fromStdString(value.layout));
    scale_->setText(value.scale ? describe::scale(*value.scale) : QString());
    mean_->setText(describe::numbers(value.mean));
    std_->setText(describe::numbers(value.std));
    applying_ = false;
    edited();
}

protocol::Preprocessing PreprocessingEditor::value() const {
    protocol::Preprocessing value;
    if (!fields_->isVisibleTo(this)) {
        return value;
    }
    value.resize = resize_->side();
    value.resize_to = resize_->exact();
    value.crop = crop_->side();
    value.crop_to = crop_->exact();
    value.interpolation = interpolation_->currentData().toString().toStdString();
    if (const QString channels = channels_->currentData().toString(); !channels.isEmpty()) {
        value.channels = channels.toInt();
    }
    value.color_order = order_->currentData().toString().toStdString();
    value.layout = layout_->currentData().toString().toStdString();
    value.scale = parseScale(scale_->text());
    value.mean = parseNumbers(mean_->text()).value_or(std::vector<double>());
    value.std = parseNumbers(std_->text()).value_or(std::vector<double>());
    return value;
}

void PreprocessingEditor::setInForce(const std::optional<protocol::Preprocessing>& settings) {
    const protocol::Preprocessing known = settings.value_or(protocol::Preprocessing());
    resize_->setDefaultText(defaultText(describe::side(known.resize, known.resize_to)));
    crop_->setDefaultText(defaultText(describe::side(known.crop, known.crop_to)));
    const auto show = [](QComboBox* combo, const QString& key) {
        const int index = key.isEmpty() ? 0 : combo->findData(key);
        combo->setItemText(0, defaultText(index > 0 ? combo->itemText(index) : QString()));
    };
    show(interpolation_, QString::fromStdString(known.interpolation));
    show(channels_, known.channels ? QString::number(*known.channels) : QString());
    show(order_, QString::fromStdString(known.color_order));
    show(layout_, QString::fromStdString(known.layout));
    scale_->setPlaceholderText(defaultText(known.scale ? describe::scale(*known.scale) : QString()));
    mean_->setPlaceholderText(defaultText(describe::numbers(known.mean)));
    std_->setPlaceholderText(defaultText(describe::numbers(known.std)));
}

void PreprocessingEditor::setForTensors(bool tensors) {
    fields_->setVisible(!tensors);
    tensorsNote_->setVisible(tensors);
}

QString PreprocessingEditor::obstacle() const {
    if (!fields_->isVisibleTo(this)) {
        return {};
    }
    if (!parseNumbers(mean_->text()) || !parseNumbers(std_->text())) {
        return tr("Mean and standard deviation are numbers separated by commas.");
    }
    const auto deviations = *parseNumbers(std_->text());
    if (std::any_of(deviations.begin(), deviations.end(), [](double value) { return value <= 0; })) {
        return tr("A standard deviation is greater than 0.");
    }
    if (!scale_->text().isEmpty() && !parseScale(scale_->text())) {
        return tr("The scale is a number greater than 0, for example 1/255.");
    }
    return {};
}

}  // namespace qs::app
