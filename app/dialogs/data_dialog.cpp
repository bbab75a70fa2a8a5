#include "app/dialogs/data_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QVBoxLayout>
#include <chrono>

#include "app/dialogs/preprocessing_editor.h"
#include "app/dialogs/source_editor.h"
#include "widgets/common/describe.h"
#include "widgets/common/format.h"

namespace qs::app {
namespace {

constexpr int kMostSamples = 10'000'000;
/// Typing a path asks the engine once, not for every letter.
constexpr auto kCheckDelay = std::chrono::milliseconds(400);

}  // namespace

DataDialog::DataDialog(const std::vector<protocol::EntryInfo>& formats, bool withCalibration, QWidget* parent)
    : QDialog(parent),
      tabs_(new QTabWidget(this)),
      preprocessing_(new PreprocessingEditor(this)),
      problem_(new QLabel(this)),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this)) {
    setObjectName(QStringLiteral("dataDialog"));
    setWindowTitle(withCalibration ? tr("Data") : tr("Training data"));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(tabs_);
    tabs_->setObjectName(QStringLiteral("dataTabs"));
    tabs_->addTab(makeSourceTab(formats), tr("Source"));
    auto* preprocessingTab = new QWidget(this);
    auto* preprocessingLayout = new QVBoxLayout(preprocessingTab);
    preprocessingLayout->addWidget(preprocessing_);
    tabs_->addTab(preprocessingTab, tr("Preprocessing"));
    if (withCalibration) {
        tabs_->addTab(makeCalibrationTab(formats), tr("Calibration"));
    }
    problem_->setObjectName(QStringLiteral("dataProblem"));
    problem_->setWordWrap(true);
    layout->addWidget(problem_);
    layout->addWidget(buttons_);
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(source_, &SourceEditor::changed, this, &DataDialog::sourceChanged);
    connect(labels_, &QLineEdit::textChanged, this, &DataDialog::validate);
    connect(preprocessing_, &PreprocessingEditor::changed, this, &DataDialog::validate);
    checkTimer_.setSingleShot(true);
    checkTimer_.setInterval(kCheckDelay);
    connect(&checkTimer_, &QTimer::timeout, this, &DataDialog::check);
    setMinimumWidth(580);
    sourceChanged();
}

QWidget* DataDialog::makeSourceTab(const std::vector<protocol::EntryInfo>& formats) {
    auto* page = new QWidget(this);
    auto* layout = new QVBoxLayout(page);
    source_ = new SourceEditor(formats, page);
    source_->setObjectName(QStringLiteral("dataSource"));
    layout->addWidget(source_);
    labels_ = addLabels(page);
    found_ = new QLabel(page);
    found_->setObjectName(QStringLiteral("dataFound"));
    found_->setWordWrap(true);
    found_->setTextFormat(Qt::PlainText);
    found_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    found_->setMinimumHeight(fontMetrics().lineSpacing() * 5);
    found_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    layout->addWidget(found_);
    layout->addStretch();
    return page;
}

/// The row of the file with the names of the classes.
QLineEdit* DataDialog::addLabels(QWidget* page) {
    auto* edit = new QLineEdit(page);
    edit->setObjectName(QStringLiteral("dataClassNames"));
    edit->setPlaceholderText(tr("optional: a text file, a name a line, or JSON"));
    auto* browse = new QPushButton(tr("Browse..."), page);
    browse->setObjectName(QStringLiteral("dataClassNamesBrowse"));
    connect(browse, &QPushButton::clicked, this, [this, edit] {
        const QString path =
            QFileDialog::getOpenFileName(this, tr("Names of the classes"), edit->text(),
                                         tr("Names of classes (*.txt *.names *.json *.csv);;All files (*)"));
        if (!path.isEmpty()) {
            edit->setText(path);
        }
    });
    auto* row = new QHBoxLayout;
    row->addWidget(edit, 1);
    row->addWidget(browse);
    auto* form = new QFormLayout;
    form->addRow(tr("Class names:"), row);
    static_cast<QVBoxLayout*>(page->layout())->addLayout(form);
    return edit;
}

QSpinBox* DataDialog::makeSpin(const char* name, int least) {
    auto* box = new QSpinBox(this);
    box->setObjectName(QLatin1String(name));
    box->setRange(least, kMostSamples);
    box->setGroupSeparatorShown(true);
    return box;
}

QWidget* DataDialog::makeCalibrationTab(const std::vector<protocol::EntryInfo>& formats) {
    auto* page = new QWidget(this);
    auto* layout = new QVBoxLayout(page);
    auto* form = new QFormLayout;
    calibSamples_ = makeSpin("dataCalibSamples", 1);
    evalSamples_ = makeSpin("dataEvalSamples", 0);
    evalSamples_->setSpecialValueText(tr("all"));
    seed_ = makeSpin("dataSeed", 0);
    seed_->setToolTip(tr("The same seed chooses the same samples"));
    form->addRow(tr("Samples for calibration:"), calibSamples_);
    form->addRow(tr("Samples for accuracy:"), evalSamples_);
    form->addRow(tr("Seed of the choice:"), seed_);
    layout->addLayout(form);
    layout->addWidget(new QLabel(tr("Calibrate on:"), page));
    sameData_ = new QRadioButton(tr("the same data, on samples that accuracy is not measured on"), page);
    sameData_->setObjectName(QStringLiteral("calibrationSame"));
    trainingSplit_ = new QRadioButton(page);
    trainingSplit_->setObjectName(QStringLiteral("calibrationTraining"));
    otherData_ = new QRadioButton(tr("other data, with the same preprocessing:"), page);
    otherData_->setObjectName(QStringLiteral("calibrationOther"));
    otherSource_ = new SourceEditor(formats, page);
    otherSource_->setObjectName(QStringLiteral("calibrationSource"));
    sameData_->setChecked(true);
    for (QWidget* widget :
         std::initializer_list<QWidget*>{sameData_, trainingSplit_, otherData_, otherSource_}) {
        layout->addWidget(widget);
    }
    layout->addStretch();
    for (QRadioButton* button : {sameData_, trainingSplit_, otherData_}) {
        connect(button, &QRadioButton::toggled, this, &DataDialog::validate);
    }
    connect(otherSource_, &SourceEditor::changed, this, &DataDialog::validate);
    return page;
}

void DataDialog::setModelInputs(const std::vector<protocol::TensorInfo>& inputs) {
    source_->proposeInputs(inputs);
    if (otherSource_) {
        otherSource_->proposeInputs(inputs);
    }
}

protocol::DataSpec DataDialog::spec() const {
    return {source_->source(), preprocessing_->value(), labels_->text().toStdString()};
}

std::optional<protocol::DataSpec> DataDialog::calibration() const {
    if (!sameData_ || sameData_->isChecked()) {
        return std::nullopt;
    }
    protocol::DataSpec other = spec();
    other.source = trainingSplit_->isChecked() ? trainingSource_ : otherSource_->source();
    return other;
}

void DataDialog::setCalibration(const std::optional<protocol::DataSpec>& spec) {
    sameData_->setChecked(!spec);
    if (spec) {
        const bool isTraining = !trainingSource_.empty() && spec->source == trainingSource_;
        (isTraining ? trainingSplit_ : otherData_)->setChecked(true);
        otherSource_->setSource(spec->source);
    }
}

void DataDialog::setChoice(const DataChoice& choice) {
    source_->setSource(choice.spec.source);
    preprocessing_->setValue(choice.spec.preprocessing);
    labels_->setText(QString::fromStdString(choice.spec.labels));
    if (sameData_) {
        calibSamples_->setValue(static_cast<int>(choice.calibSamples));
        evalSamples_->setValue(static_cast<int>(choice.evalSamples));
        seed_->setValue(static_cast<int>(choice.seed));
        setCalibration(choice.calibration);
    }
    validate();
}

DataChoice DataDialog::choice() const {
    DataChoice choice;
    choice.spec = spec();
    if (sameData_) {
        choice.calibSamples = calibSamples_->value();
        choice.evalSamples = evalSamples_->value();
        choice.seed = static_cast<uint64_t>(seed_->value());
        choice.calibration = calibration();
    }
    return choice;
}

QString DataDialog::obstacle() const {
    if (const QString text = source_->obstacle(); !text.isEmpty()) {
        return text;
    }
    if (!labels_->text().isEmpty() && !QFileInfo(labels_->text()).isFile()) {
        return tr("There is no such file of class names.");
    }
    if (const QString text = preprocessing_->obstacle(); !text.isEmpty()) {
        return text;
    }
    if (otherData_ && otherData_->isChecked()) {
        if (const QString text = otherSource_->obstacle(); !text.isEmpty()) {
            return tr("Calibration: %1").arg(text);
        }
    }
    return {};
}

QString DataDialog::overlap() const {
    return otherData_ && otherData_->isChecked() && otherSource_->source() == source_->source()
               ? tr("Calibration and accuracy would use the same samples, and the accuracy would flatter: "
                    "choose "
                    "\"the same data\", which keeps them apart.")
               : QString();
}

void DataDialog::sourceChanged() {
    preprocessing_->setForTensors(source_->holdsTensors());
    trainingSource_.clear();
    validate();
}

void DataDialog::validate() {
    if (otherSource_) {
        otherSource_->setVisible(otherData_->isChecked());
        trainingSplit_->setVisible(!trainingSource_.empty());
        trainingSplit_->setText(tr("the training split, %1").arg(QString::fromStdString(trainingSource_)));
        if (trainingSource_.empty() && trainingSplit_->isChecked()) {
            sameData_->setChecked(true);
        }
    }
    const QString problem = obstacle();
    problem_->setText(problem.isEmpty() ? overlap() : problem);
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(problem.isEmpty());
    found_->clear();
    if (problem.isEmpty()) {
        checkTimer_.start();
    } else {
        checkTimer_.stop();
        preprocessing_->setInForce(std::nullopt);
    }
}

void DataDialog::check() {
    if (obstacle().isEmpty()) {
        found_->setText(tr("Looking..."));
        emit checkRequested(spec());
    }
}

void DataDialog::showFound(const protocol::DataInfo& info) {
    QStringList inputs;
    for (const auto& input : info.inputs) {
        inputs << describe::tensor(input);
    }
    QStringList lines = {tr("%n sample(s): %1", nullptr, static_cast<int>(info.samples))
                             .arg(inputs.join(QStringLiteral("; "))),
                         tr("Labels: %1.").arg(describe::labels(info))};
    if (!info.skipped.empty()) {
        lines << tr("%n file(s) cannot be decoded and will be skipped, the first: %1", nullptr,
                    static_cast<int>(info.skipped.size()))
                     .arg(QString::fromStdString(info.skipped.front()));
    }
    if (!info.note.empty()) {
        lines << QString::fromStdString(info.note);
    }
    preprocessing_->setInForce(info.preprocessing);
    if (sameData_ && trainingSource_ != info.calibration_source) {
        trainingSource_ = info.calibration_source;
        const bool otherIsTraining = otherData_->isChecked() && otherSource_->source() == trainingSource_;
        if (otherIsTraining) {
            trainingSplit_->setChecked(true);
        }
        validate();
        checkTimer_.stop();
    }
    found_->setText(lines.join(QLatin1Char('\n')));
}

void DataDialog::showNotFound(const QString& reason) {
    preprocessing_->setInForce(std::nullopt);
    found_->setText(reason);
}

}  // namespace qs::app
