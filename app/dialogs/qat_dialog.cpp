#include "app/dialogs/qat_dialog.h"

#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <limits>

namespace qs::app {
namespace {

constexpr int kMostSamples = 10'000'000;

QSpinBox* integer(const char* name, int least, int most, int64_t value, QWidget* parent) {
    auto* spin = new QSpinBox(parent);
    spin->setObjectName(QLatin1String(name));
    spin->setRange(least, most);
    spin->setGroupSeparatorShown(true);
    spin->setValue(static_cast<int>(value));
    return spin;
}

QDoubleSpinBox* real(const char* name, double least, double most, int decimals, double value,
                     QWidget* parent) {
    auto* spin = new QDoubleSpinBox(parent);
    spin->setObjectName(QLatin1String(name));
    spin->setDecimals(decimals);
    spin->setRange(least, most);
    spin->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    spin->setValue(value);
    return spin;
}

}  // namespace

QatDialog::QatDialog(const protocol::QatSettings& settings, const QString& trainingData, QWidget* parent)
    : QDialog(parent),
      initial_(settings),
      epochs_(integer("qatEpochs", 1, 1000, settings.epochs, this)),
      learningRate_(real("qatLearningRate", 1e-6, 1, 6, settings.learning_rate, this)),
      momentum_(real("qatMomentum", 0, 0.999, 3, settings.momentum, this)),
      weightDecay_(real("qatWeightDecay", 0, 1, 6, settings.weight_decay, this)),
      batch_(integer("qatBatch", 1, 4096, settings.batch, this)),
      trainSamples_(integer("qatTrainSamples", 0, kMostSamples, settings.train_samples, this)),
      validationSamples_(integer("qatValidationSamples", 0, kMostSamples, settings.validation_samples, this)),
      seed_(
          integer("qatSeed", 0, std::numeric_limits<int>::max(), static_cast<int64_t>(settings.seed), this)) {
    setObjectName(QStringLiteral("qatDialog"));
    setWindowTitle(tr("Quantization-aware training"));
    auto* layout = new QVBoxLayout(this);
    auto* text = new QLabel(
        tr("Trains the model with fake quantization (SGD with momentum, cross-entropy). The result "
           "is a new variant; the model itself is not changed."),
        this);
    text->setWordWrap(true);
    layout->addWidget(text);
    auto* form = new QFormLayout;
    layout->addLayout(form);
    auto* data = new QHBoxLayout;
    auto* source = new QLabel(trainingData, this);
    source->setObjectName(QStringLiteral("qatData"));
    source->setTextFormat(Qt::PlainText);
    source->setWordWrap(true);
    auto* change = new QPushButton(tr("Change..."), this);
    change->setObjectName(QStringLiteral("qatChangeData"));
    data->addWidget(source, 1);
    data->addWidget(change);
    form->addRow(tr("Training data:"), data);
    form->addRow(tr("Epochs:"), epochs_);
    form->addRow(tr("Learning rate:"), learningRate_);
    form->addRow(tr("Momentum:"), momentum_);
    form->addRow(tr("Weight decay:"), weightDecay_);
    form->addRow(tr("Batch size:"), batch_);
    form->addRow(tr("Training samples:"), trainSamples_);
    form->addRow(tr("Validation samples:"), validationSamples_);
    form->addRow(tr("Random seed:"), seed_);
    for (QSpinBox* samples : {trainSamples_, validationSamples_}) {
        samples->setSpecialValueText(tr("all"));
    }
    layout->addStretch();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Start training"));
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(change, &QPushButton::clicked, this, [this] {
        reject();
        emit dataRequested();
    });
    setMinimumWidth(460);
}

protocol::QatSettings QatDialog::settings() const {
    protocol::QatSettings settings = initial_;
    settings.epochs = epochs_->value();
    settings.learning_rate = learningRate_->value();
    settings.momentum = momentum_->value();
    settings.weight_decay = weightDecay_->value();
    settings.batch = batch_->value();
    settings.train_samples = trainSamples_->value();
    settings.validation_samples = validationSamples_->value();
    settings.seed = static_cast<uint64_t>(seed_->value());
    return settings;
}

}  // namespace qs::app
