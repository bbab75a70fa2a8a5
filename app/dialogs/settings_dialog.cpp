#include "app/dialogs/settings_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "app/dialogs/algorithm_form.h"
#include "widgets/common/engine_text.h"
#include "widgets/models/metrics.h"

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

/// Room for what is chosen in the field above it.
QLabel* descriptionLabel(const char* name, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setMinimumHeight(label->fontMetrics().lineSpacing() * 2);
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    return label;
}

}  // namespace

SettingsDialog::SettingsDialog(const Settings& settings, const protocol::EngineInfo& engine, QWidget* parent)
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
    addMetric(*form, engine.metrics);
    if (!engine.backends.empty()) {
        addBackend(*form, engine.backends);
    }
    if (!engine.algorithms.empty()) {
        addAlgorithms(*form, engine.algorithms);
    }
    form->addRow(tr("Threads:"), threads_);
    form->addRow(tr("Latency runs:"), runs_);
    form->addRow(tr("Warm-up runs:"), warmup_);
    form->addRow(tr("Batch size:"), batch_);
    form->addRow(tr("Samples for calibration:"), calibSamples_);
    form->addRow(tr("Samples for accuracy:"), evalSamples_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    layout->addWidget(buttons);
    std::vector<QWidget*> order{metric_, metricArgument_};
    if (backend_) {
        order.push_back(backend_);
    }
    if (algorithms_) {
        order.push_back(algorithms_);
    }
    order.push_back(threads_);
    for (size_t i = 1; i < order.size(); ++i) {
        setTabOrder(order[i - 1], order[i]);
    }
    metric_->setFocus();
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void SettingsDialog::addMetric(QFormLayout& form, const std::vector<protocol::MetricInfo>& metrics) {
    metric_ = new QComboBox(this);
    metric_->setObjectName(QStringLiteral("settingsMetric"));
    metric_->addItem(tr("automatic"), QString());
    metric_->setItemData(0, tr("what fits the outputs of the model and the labels"), Qt::ToolTipRole);
    for (const auto& metric : metrics) {
        metric_->addItem(metrics::title(metric.name), QString::fromStdString(metric.name));
        metric_->setItemData(metric_->count() - 1, engineText(metric.description), Qt::ToolTipRole);
    }
    metricArgument_ = new QLineEdit(this);
    metricArgument_->setObjectName(QStringLiteral("settingsMetricArgument"));
    metricArgument_->setPlaceholderText(tr("none"));
    QLabel* description = descriptionLabel("settingsMetricText", this);
    const auto show = [this, description] {
        description->setText(metric_->currentData(Qt::ToolTipRole).toString());
        metricArgument_->setEnabled(metric_->currentIndex() > 0);
    };
    connect(metric_, &QComboBox::currentIndexChanged, this, show);
    const QString chosen = QString::fromStdString(initial_.metric);
    metric_->setCurrentIndex(std::max(0, metric_->findData(chosen.section(QLatin1Char(':'), 0, 0))));
    metricArgument_->setText(chosen.section(QLatin1Char(':'), 1));
    show();
    form.addRow(tr("Metric:"), metric_);
    form.addRow(QString(), description);
    form.addRow(tr("Its argument:"), metricArgument_);
}

void SettingsDialog::addBackend(QFormLayout& form, const std::vector<protocol::EntryInfo>& backends) {
    backend_ = new QComboBox(this);
    backend_->setObjectName(QStringLiteral("settingsBackend"));
    for (const auto& backend : backends) {
        backend_->addItem(QString::fromStdString(backend.name), QString::fromStdString(backend.name));
        backend_->setItemData(backend_->count() - 1, engineText(backend.description), Qt::ToolTipRole);
    }
    QLabel* description = descriptionLabel("settingsBackendText", this);
    const auto show = [this, description] {
        description->setText(backend_->currentData(Qt::ToolTipRole).toString());
    };
    connect(backend_, &QComboBox::currentIndexChanged, this, show);
    backend_->setCurrentIndex(std::max(0, backend_->findData(QString::fromStdString(initial_.backend))));
    show();
    form.addRow(tr("Backend:"), backend_);
    form.addRow(QString(), description);
}

void SettingsDialog::addAlgorithms(QFormLayout& form,
                                   const std::vector<protocol::AlgorithmInfo>& algorithms) {
    algorithms_ = new AlgorithmForm(algorithms, initial_.algorithms, this);
    form.addRow(tr("Algorithms:"), algorithms_);
}

Settings SettingsDialog::settings() const {
    Settings settings = initial_;
    settings.threads = threads_->value();
    settings.latencyRuns = runs_->value();
    settings.latencyWarmup = warmup_->value();
    settings.batch = batch_->value();
    settings.calibSamples = calibSamples_->value();
    settings.evalSamples = evalSamples_->value();
    QString metric = metric_->currentData().toString();
    if (const QString argument = metricArgument_->text().trimmed();
        !metric.isEmpty() && !argument.isEmpty()) {
        metric += QLatin1Char(':') + argument;
    }
    settings.metric = metric.toStdString();
    if (backend_) {
        settings.backend = backend_->currentData().toString().toStdString();
    }
    if (algorithms_) {
        settings.algorithms = algorithms_->algorithms();
    }
    return settings;
}

}  // namespace qs::app
