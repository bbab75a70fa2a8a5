#include "app/dialogs/settings_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QSpinBox>
#include <QVBoxLayout>

namespace qs::app {
namespace {

QSpinBox* spin(const char* name, int least, int most, int64_t value, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setObjectName(QLatin1String(name));
    box->setRange(least, most);
    box->setGroupSeparatorShown(true);
    box->setValue(static_cast<int>(value));
    return box;
}

}  // namespace

SettingsDialog::SettingsDialog(const Settings& settings, QWidget* parent)
    : QDialog(parent),
      initial_(settings),
      threads_(spin("settingsThreads", 0, 1024, settings.threads, this)),
      runs_(spin("settingsRuns", 1, 100'000, settings.latencyRuns, this)),
      warmup_(spin("settingsWarmup", 0, 10'000, settings.latencyWarmup, this)),
      batch_(spin("settingsBatch", 1, 4096, settings.batch, this)),
      calibSamples_(spin("settingsCalibSamples", 1, 10'000'000, settings.calibSamples, this)),
      evalSamples_(spin("settingsEvalSamples", 0, 10'000'000, settings.evalSamples, this)) {
    setObjectName(QStringLiteral("settingsDialog"));
    setWindowTitle(tr("Settings"));
    threads_->setSpecialValueText(tr("one for each core"));
    evalSamples_->setSpecialValueText(tr("all"));
    auto* layout = new QVBoxLayout(this);
    auto* form = new QFormLayout;
    layout->addLayout(form);
    form->addRow(tr("Threads:"), threads_);
    form->addRow(tr("Latency runs:"), runs_);
    form->addRow(tr("Warm-up runs:"), warmup_);
    form->addRow(tr("Batch size:"), batch_);
    form->addRow(tr("Samples for calibration:"), calibSamples_);
    form->addRow(tr("Samples for accuracy:"), evalSamples_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

Settings SettingsDialog::settings() const {
    Settings settings = initial_;
    settings.threads = threads_->value();
    settings.latencyRuns = runs_->value();
    settings.latencyWarmup = warmup_->value();
    settings.batch = batch_->value();
    settings.calibSamples = calibSamples_->value();
    settings.evalSamples = evalSamples_->value();
    return settings;
}

}  // namespace qs::app
