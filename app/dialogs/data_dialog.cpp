#include "app/dialogs/data_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <optional>

namespace qs::app {
namespace {

const QString kFashion = QStringLiteral("fashion-mnist");
const QString kFolder = QStringLiteral("imagefolder");
const QString kArrays = QStringLiteral("npy");

enum Page { FashionPage, FolderPage, ArrayPage, OtherPage };

constexpr int kDefault = -1;
constexpr int kMostSamples = 10'000'000;
constexpr int kLargestSide = 4096;

QString titleOf(const QString& format) {
    if (format == kFashion) {
        return DataDialog::tr("Fashion-MNIST");
    }
    if (format == kFolder) {
        return DataDialog::tr("Image folder (a folder for each class)");
    }
    return format == kArrays ? DataDialog::tr("NumPy arrays (.npy)") : format;
}

Page pageOf(const QString& format) {
    return format == kFashion  ? FashionPage
           : format == kFolder ? FolderPage
           : format == kArrays ? ArrayPage
                               : OtherPage;
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

QString joinNumbers(const std::vector<double>& numbers) {
    QStringList parts;
    for (const double number : numbers) {
        parts << QString::number(number);
    }
    return parts.join(QStringLiteral(", "));
}

QSpinBox* sideSpin(const char* name, QWidget* parent) {
    auto* spin = new QSpinBox(parent);
    spin->setObjectName(QLatin1String(name));
    spin->setRange(kDefault, kLargestSide);
    spin->setSpecialValueText(DataDialog::tr("default"));
    spin->setValue(kDefault);
    spin->setSuffix(DataDialog::tr(" px"));
    return spin;
}

QLineEdit* listEdit(const char* name, QWidget* parent) {
    auto* edit = new QLineEdit(parent);
    edit->setObjectName(QLatin1String(name));
    edit->setPlaceholderText(
        DataDialog::tr("default; or numbers, one for each channel: 0.485, 0.456, 0.406"));
    return edit;
}

}  // namespace

DataDialog::DataDialog(const QStringList& formats, bool withCounts, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("dataDialog"));
    setWindowTitle(withCounts ? tr("Data") : tr("Training data"));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(makeSourcePages(formats));
    auto* preprocessing = new QGroupBox(tr("Preprocessing"), this);
    auto* form = new QFormLayout(preprocessing);
    addPreprocessing(*form);
    layout->addWidget(preprocessing);
    if (withCounts) {
        auto* counts = new QGroupBox(tr("Samples"), this);
        addCounts(*new QFormLayout(counts));
        layout->addWidget(counts);
    }
    problem_ = new QLabel(this);
    problem_->setObjectName(QStringLiteral("dataProblem"));
    problem_->setWordWrap(true);
    layout->addWidget(problem_);
    layout->addStretch();
    buttons_ = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    layout->addWidget(buttons_);
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (QLineEdit* edit : {folder_, inputs_, labels_, other_, mean_, std_}) {
        connect(edit, &QLineEdit::textChanged, this, &DataDialog::validate);
    }
    connect(format_, &QComboBox::currentIndexChanged, this, &DataDialog::validate);
    setMinimumWidth(560);
    validate();
}

QWidget* DataDialog::makeSourcePages(const QStringList& formats) {
    auto* group = new QGroupBox(tr("Source"), this);
    auto* layout = new QVBoxLayout(group);
    format_ = new QComboBox(group);
    format_->setObjectName(QStringLiteral("dataFormat"));
    for (const auto& format : formats) {
        format_->addItem(titleOf(format), format);
    }
    layout->addWidget(format_);
    pages_ = new QStackedWidget(group);
    split_ = new QComboBox(group);
    split_->setObjectName(QStringLiteral("dataSplit"));
    split_->addItem(tr("test images"), QStringLiteral("test"));
    split_->addItem(tr("training images"), QStringLiteral("train"));
    auto* fashion = new QWidget(group);
    auto* fashionForm = new QFormLayout(fashion);
    fashionForm->setContentsMargins(0, 0, 0, 0);
    fashionForm->addRow(tr("Images:"), split_);
    other_ = new QLineEdit(group);
    other_->setObjectName(QStringLiteral("dataArgument"));
    auto* other = new QWidget(group);
    auto* otherForm = new QFormLayout(other);
    otherForm->setContentsMargins(0, 0, 0, 0);
    otherForm->addRow(tr("Argument:"), other_);
    for (QWidget* page : {fashion, makeFolderPage(), makeArrayPage(), other}) {
        pages_->addWidget(page);
    }
    layout->addWidget(pages_);
    const auto showPage = [this] { pages_->setCurrentIndex(pageOf(format_->currentData().toString())); };
    connect(format_, &QComboBox::currentIndexChanged, this, showPage);
    showPage();
    return group;
}

QWidget* DataDialog::makePathRow(QLineEdit* edit, const QString& name, bool folder) {
    edit->setObjectName(name);
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(edit, 1);
    auto* browse = new QPushButton(tr("Browse..."), row);
    browse->setObjectName(name + QStringLiteral("Browse"));
    layout->addWidget(browse);
    connect(browse, &QPushButton::clicked, this, [this, edit, folder] {
        const QString chosen = folder
                                   ? QFileDialog::getExistingDirectory(this, tr("Image folder"), edit->text())
                                   : QFileDialog::getOpenFileName(this, tr("NumPy array"), edit->text(),
                                                                  tr("NumPy arrays (*.npy)"));
        if (!chosen.isEmpty()) {
            edit->setText(chosen);
        }
    });
    return row;
}

QWidget* DataDialog::makeFolderPage() {
    auto* page = new QWidget(this);
    auto* form = new QFormLayout(page);
    form->setContentsMargins(0, 0, 0, 0);
    folder_ = new QLineEdit(page);
    form->addRow(tr("Folder:"), makePathRow(folder_, QStringLiteral("dataFolder"), true));
    return page;
}

QWidget* DataDialog::makeArrayPage() {
    auto* page = new QWidget(this);
    auto* form = new QFormLayout(page);
    form->setContentsMargins(0, 0, 0, 0);
    inputs_ = new QLineEdit(page);
    labels_ = new QLineEdit(page);
    labels_->setPlaceholderText(tr("optional: without labels there is no accuracy"));
    form->addRow(tr("Inputs (N × ...):"), makePathRow(inputs_, QStringLiteral("dataInputs"), false));
    form->addRow(tr("Labels (N):"), makePathRow(labels_, QStringLiteral("dataLabels"), false));
    return page;
}

void DataDialog::addPreprocessing(QFormLayout& form) {
    resize_ = sideSpin("dataResize", this);
    resize_->setToolTip(tr("Shorter side after resizing; 0 keeps the size"));
    crop_ = sideSpin("dataCrop", this);
    crop_->setToolTip(tr("Side of the square cut out of the middle; 0 keeps the size"));
    mean_ = listEdit("dataMean", this);
    std_ = listEdit("dataStd", this);
    channels_ = new QComboBox(this);
    channels_->setObjectName(QStringLiteral("dataChannels"));
    channels_->addItem(tr("default"));
    channels_->addItem(tr("1 (grey)"), 1);
    channels_->addItem(tr("3 (RGB)"), 3);
    form.addRow(tr("Resize:"), resize_);
    form.addRow(tr("Crop:"), crop_);
    form.addRow(tr("Mean:"), mean_);
    form.addRow(tr("Standard deviation:"), std_);
    form.addRow(tr("Channels:"), channels_);
}

void DataDialog::addCounts(QFormLayout& form) {
    const auto spin = [this](const char* name, int least) {
        auto* box = new QSpinBox(this);
        box->setObjectName(QLatin1String(name));
        box->setRange(least, kMostSamples);
        box->setGroupSeparatorShown(true);
        return box;
    };
    calibSamples_ = spin("dataCalibSamples", 1);
    evalSamples_ = spin("dataEvalSamples", 0);
    evalSamples_->setSpecialValueText(tr("all"));
    form.addRow(tr("For calibration:"), calibSamples_);
    form.addRow(tr("For accuracy:"), evalSamples_);
}

QString DataDialog::source() const {
    const QString format = format_->currentData().toString();
    switch (pageOf(format)) {
        case FashionPage:
            return format + QLatin1Char(':') + split_->currentData().toString();
        case FolderPage:
            return format + QLatin1Char(':') + folder_->text();
        case ArrayPage:
            return format + QLatin1Char(':') + inputs_->text() +
                   (labels_->text().isEmpty() ? QString() : QLatin1Char(',') + labels_->text());
        case OtherPage:
            break;
    }
    return other_->text().isEmpty() ? format : format + QLatin1Char(':') + other_->text();
}

void DataDialog::setSource(const QString& source) {
    const QString format = source.section(QLatin1Char(':'), 0, 0);
    const QString argument = source.section(QLatin1Char(':'), 1);
    format_->setCurrentIndex(std::max(0, format_->findData(format)));
    switch (pageOf(format)) {
        case FashionPage:
            split_->setCurrentIndex(std::max(0, split_->findData(argument)));
            break;
        case FolderPage:
            folder_->setText(argument);
            break;
        case ArrayPage:
            inputs_->setText(argument.section(QLatin1Char(','), 0, 0));
            labels_->setText(argument.section(QLatin1Char(','), 1));
            break;
        case OtherPage:
            other_->setText(argument);
            break;
    }
}

void DataDialog::setChoice(const DataChoice& choice) {
    setSource(QString::fromStdString(choice.spec.source));
    const auto& preprocessing = choice.spec.preprocessing;
    resize_->setValue(preprocessing.resize.value_or(kDefault));
    crop_->setValue(preprocessing.crop.value_or(kDefault));
    mean_->setText(joinNumbers(preprocessing.mean));
    std_->setText(joinNumbers(preprocessing.std));
    channels_->setCurrentIndex(
        preprocessing.channels ? std::max(0, channels_->findData(*preprocessing.channels)) : 0);
    if (calibSamples_) {
        calibSamples_->setValue(static_cast<int>(choice.calibSamples));
        evalSamples_->setValue(static_cast<int>(choice.evalSamples));
    }
    validate();
}

DataChoice DataDialog::choice() const {
    DataChoice choice;
    choice.spec.source = source().toStdString();
    auto& preprocessing = choice.spec.preprocessing;
    const auto side = [](const QSpinBox* spin) {
        return spin->value() == kDefault ? std::nullopt : std::optional(spin->value());
    };
    preprocessing.resize = side(resize_);
    preprocessing.crop = side(crop_);
    preprocessing.mean = parseNumbers(mean_->text()).value_or(std::vector<double>());
    preprocessing.std = parseNumbers(std_->text()).value_or(std::vector<double>());
    if (channels_->currentData().isValid()) {
        preprocessing.channels = channels_->currentData().toInt();
    }
    if (calibSamples_) {
        choice.calibSamples = calibSamples_->value();
        choice.evalSamples = evalSamples_->value();
    }
    return choice;
}

QString DataDialog::obstacle() const {
    const Page page = pageOf(format_->currentData().toString());
    if (page == FolderPage && !QFileInfo(folder_->text()).isDir()) {
        return folder_->text().isEmpty() ? tr("Choose the folder that holds a folder for each class.")
                                         : tr("There is no such folder.");
    }
    if (page == ArrayPage && !QFileInfo(inputs_->text()).isFile()) {
        return inputs_->text().isEmpty() ? tr("Choose the array of inputs.")
                                         : tr("There is no such file of inputs.");
    }
    if (page == ArrayPage && !labels_->text().isEmpty() && !QFileInfo(labels_->text()).isFile()) {
        return tr("There is no such file of labels.");
    }
    if (!parseNumbers(mean_->text()) || !parseNumbers(std_->text())) {
        return tr("Mean and standard deviation are numbers separated by commas.");
    }
    return {};
}

void DataDialog::validate() {
    const QString text = obstacle();
    problem_->setText(text);
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(text.isEmpty());
}

}  // namespace qs::app
