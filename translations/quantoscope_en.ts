<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>Describe</name>
        <message numerus="yes">
            <source>%n class(es)</source>
            <translation>
                <numerusform>%n class</numerusform>
                <numerusform>%n classes</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>QConfigPreview</name>
        <message numerus="yes">
            <source>%n layer(s) as %1</source>
            <translation>
                <numerusform>%n layer as %1</numerusform>
                <numerusform>%n layers as %1</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::ConfusionChart</name>
        <message numerus="yes">
            <source>%n class(es) are too many for a matrix: the panel &quot;Classes&quot; lists the confusions.</source>
            <translation>
                <numerusform>%n class is too many for a matrix: the panel &quot;Classes&quot; lists the confusions.</numerusform>
                <numerusform>%n classes are too many for a matrix: the panel &quot;Classes&quot; lists the confusions.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::JobBar</name>
        <message numerus="yes">
            <source>%n more job(s) wait: show them</source>
            <translation>
                <numerusform>%n more job waits: show it</numerusform>
                <numerusform>%n more jobs wait: show them</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::LayerPanel</name>
        <message numerus="yes">
            <source>%n layer(s)</source>
            <translation>
                <numerusform>%n layer</numerusform>
                <numerusform>%n layers</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>, %n set to FP32</source>
            <translation>
                <numerusform>, %n set to FP32</numerusform>
                <numerusform>, %n set to FP32</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::QConfigDialog</name>
        <message numerus="yes">
            <source>QConfig of %n layer(s)</source>
            <translation>
                <numerusform>QConfig of %n layer</numerusform>
                <numerusform>QConfig of %n layers</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::SummaryPanel</name>
        <message numerus="yes">
            <source>%n sample(s) that could not be read</source>
            <translation>
                <numerusform>%n sample that could not be read</numerusform>
                <numerusform>%n samples that could not be read</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n more layer(s) selected</source>
            <translation>
                <numerusform>%n more layer selected</numerusform>
                <numerusform>%n more layers selected</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>always %n sample(s)</source>
            <translation>
                <numerusform>always %n sample</numerusform>
                <numerusform>always %n samples</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n file(s) skipped...</source>
            <translation>
                <numerusform>%n file skipped...</numerusform>
                <numerusform>%n files skipped...</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::TensorForm</name>
        <message numerus="yes">
            <source>%n bit(s)</source>
            <translation>
                <numerusform>%n bit</numerusform>
                <numerusform>%n bits</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::TradeoffChart</name>
        <message numerus="yes">
            <source>%n layer(s) in FP32</source>
            <translation>
                <numerusform>%n layer in FP32</numerusform>
                <numerusform>%n layers in FP32</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::VariantTableModel</name>
        <message numerus="yes">
            <source>%1: speed-up %2, %n layer(s) in FP32</source>
            <translation>
                <numerusform>%1: speed-up %2, %n layer in FP32</numerusform>
                <numerusform>%1: speed-up %2, %n layers in FP32</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::app::DataDialog</name>
        <message numerus="yes">
            <source>%n sample(s): %1</source>
            <translation>
                <numerusform>%n sample: %1</numerusform>
                <numerusform>%n samples: %1</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n file(s) cannot be decoded and will be skipped, the first: %1</source>
            <translation>
                <numerusform>%n file cannot be decoded and will be skipped: %1</numerusform>
                <numerusform>%n files cannot be decoded and will be skipped, the first: %1</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::app::InputDialog</name>
        <message numerus="yes">
            <source>%1 has %n dimension(s).</source>
            <translation>
                <numerusform>%1 has %n dimension.</numerusform>
                <numerusform>%1 has %n dimensions.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::app::MainWindow</name>
        <message numerus="yes">
            <source>%1
ISA %2, %n core(s)</source>
            <translation>
                <numerusform>%1
ISA %2, %n core</numerusform>
                <numerusform>%1
ISA %2, %n cores</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::app::QConfigCommands</name>
        <message numerus="yes">
            <source>%1 (%n layer(s))</source>
            <translation>
                <numerusform>%1 (%n layer)</numerusform>
                <numerusform>%1 (%n layers)</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>It wins %n layer(s).</source>
            <translation>
                <numerusform>It wins %n layer.</numerusform>
                <numerusform>It wins %n layers.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::app::SkippedDialog</name>
        <message numerus="yes">
            <source>%n file(s) could not be decoded. Neither calibration nor the figures know them.</source>
            <translation>
                <numerusform>%n file could not be decoded. Neither calibration nor the figures know it.</numerusform>
                <numerusform>%n files could not be decoded. Neither calibration nor the figures know them.</numerusform>
            </translation>
        </message>
    </context>
</TS>
