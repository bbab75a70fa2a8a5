<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>Classes</name>
        <message>
            <source>class %1</source>
            <translation>类别 %1</translation>
        </message>
    </context>
    <context>
        <name>Describe</name>
        <message>
            <source>any shape</source>
            <translation>任意形状</translation>
        </message>
        <message>
            <source>none: good for calibration, errors and agreement with FP32</source>
            <translation>无：可用于校准、误差以及与 FP32 的一致率</translation>
        </message>
        <message>
            <source>masks of %1</source>
            <translation>%1 的掩码</translation>
        </message>
        <message>
            <source>sequences of up to %1</source>
            <translation>长度至多 %1 的序列</translation>
        </message>
        <message>
            <source>a class a sample</source>
            <translation>每个样本一个类别</translation>
        </message>
        <message numerus="yes">
            <source>%n class(es)</source>
            <translation>
                <numerusform>%n 个类别</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 × %2 px</source>
            <translation>%1 × %2 像素</translation>
        </message>
        <message>
            <source>kept</source>
            <translation>保持不变</translation>
        </message>
        <message>
            <source>%1 px</source>
            <translation>%1 像素</translation>
        </message>
        <message>
            <source>resize %1</source>
            <translation>缩放 %1</translation>
        </message>
        <message>
            <source>crop %1</source>
            <translation>裁剪 %1</translation>
        </message>
        <message>
            <source>scale %1</source>
            <translation>比例 %1</translation>
        </message>
        <message>
            <source>mean %1</source>
            <translation>均值 %1</translation>
        </message>
        <message>
            <source>std %1</source>
            <translation>标准差 %1</translation>
        </message>
        <message>
            <source>channels %1</source>
            <translation>通道数 %1</translation>
        </message>
        <message>
            <source>compute</source>
            <translation>计算</translation>
        </message>
        <message>
            <source>memory</source>
            <translation>内存</translation>
        </message>
    </context>
    <context>
        <name>Engine</name>
        <message>
            <source>it makes a mask or adds one, which no grid holds beside scores</source>
            <translation>它生成或叠加掩码，没有网格能同时容纳掩码与分数</translation>
        </message>
        <message>
            <source>everything that was seen</source>
            <translation>所见的全部</translation>
        </message>
        <message>
            <source>a range set by hand, whatever is seen</source>
            <translation>手动设定的范围，与所见数据无关</translation>
        </message>
        <message>
            <source>where the range begins</source>
            <translation>范围的起点</translation>
        </message>
        <message>
            <source>where the range ends</source>
            <translation>范围的终点</translation>
        </message>
        <message>
            <source>moves the biases of quantized layers until the means of their outputs are those of FP32</source>
            <translation>调整量化层的偏置，使其输出均值与 FP32 一致</translation>
        </message>
        <message>
            <source>calibration samples that means are taken over</source>
            <translation>用于计算均值的校准样本数</translation>
        </message>
        <message>
            <source>leaves out the same share of numbers at either end</source>
            <translation>在两端各舍去相同比例的数值</translation>
        </message>
        <message>
            <source>per cent of the numbers that the upper end is to hold, and the lower end likewise</source>
            <translation>上端应包含的数值所占百分比，下端同理</translation>
        </message>
        <message>
            <source>least Kullback-Leibler divergence between what was seen and what the grid makes of it, as TensorRT</source>
            <translation>使所见分布与量化后分布之间的 KL 散度最小，与 TensorRT 相同</translation>
        </message>
        <message>
            <source>least mean squared error of the rounded numbers</source>
            <translation>使舍入后数值的均方误差最小</translation>
        </message>
        <message>
            <source>PyTorch&apos;s search for the least L2 error: cuts the tails until it grows</source>
            <translation>PyTorch 的最小 L2 误差搜索：不断截去尾部，直到误差增大</translation>
        </message>
        <message>
            <source>from the least to the greatest number seen</source>
            <translation>从所见的最小值到最大值</translation>
        </message>
        <message>
            <source>moving averages of the batches&apos; least and greatest numbers</source>
            <translation>各批次最小值与最大值的滑动平均</translation>
        </message>
        <message>
            <source>PyTorch&apos;s histogram and search for the least L2 error: cuts the tails until it grows</source>
            <translation>PyTorch 的直方图与最小 L2 误差搜索：不断截去尾部，直到误差增大</translation>
        </message>
        <message>
            <source>share of the newest batch in the average</source>
            <translation>最新批次在平均值中所占的比例</translation>
        </message>
        <message>
            <source>share of samples whose highest score is that of the FP32 model</source>
            <translation>最高得分与 FP32 模型一致的样本比例</translation>
        </message>
        <message>
            <source>mean of the accuracies of the classes, with each class&apos;s own and the confusions</source>
            <translation>各类别准确率的平均值，附每个类别的准确率与混淆情况</translation>
        </message>
        <message>
            <source>cosine of the angle between the output and the FP32 model&apos;s</source>
            <translation>输出与 FP32 模型输出夹角的余弦</translation>
        </message>
        <message>
            <source>share of samples whose greedy CTC decoding is the label sequence</source>
            <translation>CTC 贪心解码与标签序列完全一致的样本比例</translation>
        </message>
        <message>
            <source>mean of the classes&apos; intersections over unions; 255 and negative labels are ignored</source>
            <translation>各类别交并比的平均值；忽略 255 和负的标签</translation>
        </message>
        <message>
            <source>20 log10 of the FP32 output&apos;s norm over that of the difference to it</source>
            <translation>FP32 输出的范数与差值范数之比，取 20 log10</translation>
        </message>
        <message>
            <source>share of samples whose highest score is the label&apos;s</source>
            <translation>最高得分为标签类别的样本比例</translation>
        </message>
        <message>
            <source>share of samples whose label is among the five highest scores</source>
            <translation>标签类别在前五个最高得分之内的样本比例</translation>
        </message>
        <message>
            <source>CIFAR-10&apos;s binary version, 32x32 colour images in 10 classes: DIR[,test|,train], or files</source>
            <translation>CIFAR-10 的二进制版本，10 个类别的 32x32 彩色图像：DIR[,test|,train]，或若干文件</translation>
        </message>
        <message>
            <source>CIFAR-100&apos;s binary version, 32x32 colour images in 100 classes: DIR[,test|,train], or files</source>
            <translation>CIFAR-100 的二进制版本，100 个类别的 32x32 彩色图像：DIR[,test|,train]，或若干文件</translation>
        </message>
        <message>
            <source>Fashion-MNIST: 28x28 grey images of clothes in 10 classes; [train|test]</source>
            <translation>Fashion-MNIST：10 个类别的 28x28 服装灰度图像；[train|test]</translation>
        </message>
        <message>
            <source>grey images as MNIST&apos;s files hold them, gzipped or not: IMAGES[,LABELS]</source>
            <translation>MNIST 文件格式的灰度图像，可用 gzip 压缩：IMAGES[,LABELS]</translation>
        </message>
        <message>
            <source>a folder a class, any image that OpenCV reads; or a flat folder, unlabelled: DIR</source>
            <translation>每个类别一个文件夹，可为 OpenCV 能读取的任何图像；或不分子文件夹、无标签的文件夹：DIR</translation>
        </message>
        <message>
            <source>images listed with their labels (numbers or names, or none), a path and a label a line: FILE.csv</source>
            <translation>图像及其标签（编号、名称或没有）的列表，每行一个路径和一个标签：FILE.csv</translation>
        </message>
        <message>
            <source>ready tensors N x ... from NumPy, with labels if given: X.npy[,Y.npy], or a file an input: a=X.npy,b=Y.npy,labels=L.npy</source>
            <translation>NumPy 中现成的张量 N x ...，可附标签：X.npy[,Y.npy]，或每个输入一个文件：a=X.npy,b=Y.npy,labels=L.npy</translation>
        </message>
        <message>
            <source>ready tensors from numpy.savez: arrays N x ... named as the model&apos;s inputs, and &quot;labels&quot; if there are any: FILE.npz</source>
            <translation>numpy.savez 保存的现成张量：以模型输入命名的数组 N x ...，如有标签则名为 &quot;labels&quot;：FILE.npz</translation>
        </message>
        <message>
            <source>Android app that classifies photographs (Gradle, Kotlin and Java)</source>
            <translation>对照片分类的 Android 应用（Gradle、Kotlin 和 Java）</translation>
        </message>
        <message>
            <source>ONNX (QDQ) without zero points, as Core ML takes it</source>
            <translation>不含零点的 ONNX（QDQ），供 Core ML 使用</translation>
        </message>
        <message>
            <source>ONNX (QDQ) for any runtime: the standard operators alone</source>
            <translation>适用于任何运行时的 ONNX（QDQ）：只用标准算子</translation>
        </message>
        <message>
            <source>iOS app that classifies photographs (Swift, XcodeGen, CocoaPods)</source>
            <translation>对照片分类的 iOS 应用（Swift、XcodeGen、CocoaPods）</translation>
        </message>
        <message>
            <source>TorchScript for PyTorch&apos;s lite interpreter on phones</source>
            <translation>供手机上 PyTorch 轻量解释器使用的 TorchScript</translation>
        </message>
        <message>
            <source>ONNX (QDQ) for ONNX Runtime on ARM processors: signed activations</source>
            <translation>供 ARM 处理器上 ONNX Runtime 使用的 ONNX（QDQ）：激活为有符号数</translation>
        </message>
        <message>
            <source>ONNX for ONNX Runtime, with operators on integers in place of QDQ</source>
            <translation>供 ONNX Runtime 使用的 ONNX，以整数算子代替 QDQ</translation>
        </message>
        <message>
            <source>ONNX (QDQ) for ONNX Runtime on x64 processors</source>
            <translation>供 x64 处理器上 ONNX Runtime 使用的 ONNX（QDQ）</translation>
        </message>
        <message>
            <source>ONNX (QDQ) for TensorRT, with a calibration cache</source>
            <translation>供 TensorRT 使用的 ONNX（QDQ），附校准缓存</translation>
        </message>
        <message>
            <source>TorchScript with quantized operators</source>
            <translation>使用量化算子的 TorchScript</translation>
        </message>
        <message>
            <source>oneDNN: this machine&apos;s fastest integer kernels</source>
            <translation>oneDNN：本机最快的整数内核</translation>
        </message>
        <message>
            <source>reference: every step simulated in FP32, slow and right</source>
            <translation>reference：每一步都用 FP32 模拟，慢但准确</translation>
        </message>
        <message>
            <source>XNNPACK: what a phone&apos;s library would do</source>
            <translation>XNNPACK：手机上的库会怎样计算</translation>
        </message>
        <message>
            <source>PyTorch&apos;s server default on x86: activations 0..127, weights per channel</source>
            <translation>PyTorch 在 x86 服务器上的默认设置：激活取 0..127，权重逐通道</translation>
        </message>
        <message>
            <source>PyTorch&apos;s x86 engine, which may run on FBGEMM and so keeps its activations 0..127</source>
            <translation>PyTorch 的 x86 引擎，可能在 FBGEMM 上运行，因此激活保持在 0..127</translation>
        </message>
        <message>
            <source>Full activation range, for processors with VNNI, whose products add up in 32 bits</source>
            <translation>激活使用完整范围，适合带 VNNI 的处理器，其乘积以 32 位累加</translation>
        </message>
        <message>
            <source>PyTorch&apos;s mobile default: full activation range, weights per tensor</source>
            <translation>PyTorch 在移动端的默认设置：激活使用完整范围，权重逐张量</translation>
        </message>
        <message>
            <source>What TensorRT&apos;s explicit quantization takes: no zero points, residual adds inside of convolutions</source>
            <translation>TensorRT 显式量化所接受的形式：没有零点，残差相加并入卷积</translation>
        </message>
        <message>
            <source>Core ML&apos;s linear_symmetric: no zero points</source>
            <translation>Core ML 的 linear_symmetric：没有零点</translation>
        </message>
        <message>
            <source>PyTorch&apos;s dynamic quantization: INT8 weights, activations on the grid that each inference finds</source>
            <translation>PyTorch 的动态量化：INT8 权重，激活采用每次推理时求得的网格</translation>
        </message>
        <message>
            <source>INT8 weights, activations and arithmetic stay FP32: smaller, not faster</source>
            <translation>INT8 权重，激活和运算保持 FP32：更小，但不更快</translation>
        </message>
        <message>
            <source>Not quantized</source>
            <translation>不量化</translation>
        </message>
        <message>
            <source>Not quantized: weighted layers multiply bfloat16 numbers and add them up in float32</source>
            <translation>不量化：带权重的层以 bfloat16 相乘，以 float32 累加</translation>
        </message>
        <message>
            <source>Not quantized: weighted layers multiply float16 numbers and add them up in float32</source>
            <translation>不量化：带权重的层以 float16 相乘，以 float32 累加</translation>
        </message>
        <message>
            <source>activations on grids that calibration fixes</source>
            <translation>激活采用校准所确定的网格</translation>
        </message>
        <message>
            <source>activations on the grid that each inference finds, results float</source>
            <translation>激活采用每次推理时求得的网格，结果为浮点</translation>
        </message>
        <message>
            <source>weights quantized, activations and arithmetic float</source>
            <translation>量化权重，激活和运算保持浮点</translation>
        </message>
        <message>
            <source>nothing is quantized</source>
            <translation>什么都不量化</translation>
        </message>
        <message>
            <source>weighted layers multiply float16 numbers, nothing is quantized</source>
            <translation>带权重的层以 float16 相乘，什么都不量化</translation>
        </message>
        <message>
            <source>weighted layers multiply bfloat16 numbers, nothing is quantized</source>
            <translation>带权重的层以 bfloat16 相乘，什么都不量化</translation>
        </message>
        <message>
            <source>a scale and a zero point: the range need not hold 0 in its middle</source>
            <translation>一个缩放和一个零点：0 不必在范围的正中</translation>
        </message>
        <message>
            <source>a scale alone: 0 lies in the middle of the range</source>
            <translation>只有一个缩放：0 在范围的正中</translation>
        </message>
        <message>
            <source>one scale for the whole tensor</source>
            <translation>整个张量共用一个缩放</translation>
        </message>
        <message>
            <source>a scale for each output channel</source>
            <translation>每个输出通道一个缩放</translation>
        </message>
        <message>
            <source>a scale for each group of numbers within an output channel</source>
            <translation>输出通道内每组数各有一个缩放</translation>
        </message>
        <message>
            <source>its op has no integer form</source>
            <translation>它的算子没有整数形式</translation>
        </message>
        <message>
            <source>its qconfig quantizes layers with weights alone</source>
            <translation>它的量化配置只量化带权重的层</translation>
        </message>
        <message>
            <source>it takes or gives tensors of another type than float32</source>
            <translation>它的输入或输出张量不是 float32 类型</translation>
        </message>
        <message>
            <source>it follows its surroundings, which are no integers</source>
            <translation>它跟随前后的层，而那些层不是整数</translation>
        </message>
        <message>
            <source>no kernel here has its numbers: it is computed in float32, rounded to its grids</source>
            <translation>这里没有支持这些数的内核：以 float32 计算，再舍入到它的网格</translation>
        </message>
    </context>
    <context>
        <name>ErrorChart</name>
        <message>
            <source>Output error</source>
            <translation>输出误差占比</translation>
        </message>
        <message>
            <source>Part in the output&apos;s error / %</source>
            <translation>占输出误差的比例 / %</translation>
        </message>
        <message>
            <source>Local SQNR</source>
            <translation>局部 SQNR</translation>
        </message>
        <message>
            <source>Local SQNR / dB</source>
            <translation>局部 SQNR / dB</translation>
        </message>
        <message>
            <source>SQNR</source>
            <translation>SQNR</translation>
        </message>
        <message>
            <source>SQNR / dB</source>
            <translation>SQNR / dB</translation>
        </message>
        <message>
            <source>Cosine</source>
            <translation>余弦</translation>
        </message>
        <message>
            <source>1 − cosine similarity</source>
            <translation>1 − 余弦相似度</translation>
        </message>
        <message>
            <source>MSE</source>
            <translation>MSE</translation>
        </message>
        <message>
            <source>Mean squared error</source>
            <translation>均方误差</translation>
        </message>
    </context>
    <context>
        <name>Format</name>
        <message>
            <source>%1 ms</source>
            <translation>%1 ms</translation>
        </message>
        <message>
            <source>%1 s</source>
            <translation>%1 秒</translation>
        </message>
        <message>
            <source>%1 min %2 s</source>
            <translation>%1 分 %2 秒</translation>
        </message>
        <message>
            <source>%1 h %2 min</source>
            <translation>%1 小时 %2 分</translation>
        </message>
    </context>
    <context>
        <name>JsonFile</name>
        <message>
            <source>%1 cannot be written: %2.</source>
            <translation>无法写入 %1：%2。</translation>
        </message>
        <message>
            <source>%1 cannot be read: %2.</source>
            <translation>无法读取 %1：%2。</translation>
        </message>
    </context>
    <context>
        <name>LayerColumns</name>
        <message>
            <source>Output error %</source>
            <translation>输出误差 %</translation>
        </message>
        <message>
            <source>The layer&apos;s part in the error at the model&apos;s outputs: its own error, carried there by the layers behind it. Restoring the largest helps most</source>
            <translation>该层在模型输出误差中所占的比例：其自身误差经后面各层传到输出的部分。还原占比最大的层最有帮助</translation>
        </message>
        <message>
            <source>Local SQNR dB</source>
            <translation>局部 SQNR dB</translation>
        </message>
        <message>
            <source>Signal to quantization noise of the layer quantized alone, fed with the FP32 network&apos;s values, in decibels: its own error</source>
            <translation>仅量化该层、输入取自 FP32 网络时的信号与量化噪声之比，单位为分贝：即其自身的误差</translation>
        </message>
        <message>
            <source>not quantizable</source>
            <translation>不可量化</translation>
        </message>
        <message>
            <source>inherit (%1)</source>
            <translation>继承（%1）</translation>
        </message>
        <message>
            <source>Layer</source>
            <translation>层</translation>
        </message>
        <message>
            <source>Qualified name in the model</source>
            <translation>在模型中的完整名称</translation>
        </message>
        <message>
            <source>Op</source>
            <translation>算子</translation>
        </message>
        <message>
            <source>Operation, with what was fused into it</source>
            <translation>算子，以及融合到其中的算子</translation>
        </message>
        <message>
            <source>Output shape</source>
            <translation>输出形状</translation>
        </message>
        <message>
            <source>Shape of the output for one sample</source>
            <translation>单个样本的输出形状</translation>
        </message>
        <message>
            <source>Parameters</source>
            <translation>参数量</translation>
        </message>
        <message>
            <source>Number of weights and biases</source>
            <translation>权重与偏置的个数</translation>
        </message>
        <message>
            <source>MACs</source>
            <translation>MACs</translation>
        </message>
        <message>
            <source>Multiply-accumulate operations for one sample</source>
            <translation>单个样本的乘加运算次数</translation>
        </message>
        <message>
            <source>QConfig</source>
            <translation>量化配置</translation>
        </message>
        <message>
            <source>How the layer is to be quantized. Bold: set for this layer. Double-click to change it for all selected layers</source>
            <translation>该层的量化方式。粗体表示单独为该层设置。双击可修改所有选中层的配置</translation>
        </message>
        <message>
            <source>Precision</source>
            <translation>精度</translation>
        </message>
        <message>
            <source>What the layer ran in when the variant was measured</source>
            <translation>测量该变体时该层实际运行的数值精度</translation>
        </message>
        <message>
            <source>SQNR dB</source>
            <translation>SQNR dB</translation>
        </message>
        <message>
            <source>Signal to quantization noise of the layer&apos;s output against FP32, in decibels, with what the layers before it did. Higher is better</source>
            <translation>该层输出相对 FP32 的信号与量化噪声之比，单位为分贝，包含其前面各层造成的误差，越高越好</translation>
        </message>
        <message>
            <source>Cosine</source>
            <translation>余弦</translation>
        </message>
        <message>
            <source>Cosine similarity of the layer&apos;s output with FP32. 1 is equal</source>
            <translation>该层输出与 FP32 的余弦相似度，1 表示完全一致</translation>
        </message>
        <message>
            <source>MSE</source>
            <translation>MSE</translation>
        </message>
        <message>
            <source>Mean squared error of the layer&apos;s output against FP32</source>
            <translation>该层输出相对 FP32 的均方误差</translation>
        </message>
        <message>
            <source>FP32 ms</source>
            <translation>FP32 ms</translation>
        </message>
        <message>
            <source>Median time of the layer in the FP32 network, in milliseconds</source>
            <translation>该层在 FP32 网络中的中位耗时，单位为毫秒</translation>
        </message>
        <message>
            <source>Variant ms</source>
            <translation>变体 ms</translation>
        </message>
        <message>
            <source>Median time of the layer in the variant, in milliseconds</source>
            <translation>该层在此变体中的中位耗时，单位为毫秒</translation>
        </message>
        <message>
            <source>Speed-up</source>
            <translation>加速比</translation>
        </message>
        <message>
            <source>FP32 time over the variant&apos;s time</source>
            <translation>FP32 耗时与此变体耗时之比</translation>
        </message>
        <message>
            <source>Implementation</source>
            <translation>实现</translation>
        </message>
        <message>
            <source>What ran the layer in the variant. The cell&apos;s tooltip says why each better one was refused</source>
            <translation>该层在此变体中由什么实现运行。单元格的提示说明每个更好的实现为何未被采用</translation>
        </message>
        <message>
            <source>% of peak</source>
            <translation>峰值占比 %</translation>
        </message>
        <message>
            <source>Rate of the layer against the measured peak of its precision on this machine</source>
            <translation>该层的速率与本机在该精度下实测峰值之比</translation>
        </message>
        <message>
            <source>Bound</source>
            <translation>瓶颈</translation>
        </message>
        <message>
            <source>What limits the layer on the roofline: compute or memory</source>
            <translation>在屋顶线上限制该层的因素：计算或内存</translation>
        </message>
        <message>
            <source>Restore cost</source>
            <translation>还原代价</translation>
        </message>
        <message>
            <source>Time that an inference takes longer if the layer goes back to FP32: with the boundaries that this adds, without those that it spares</source>
            <translation>该层还原为 FP32 后一次推理增加的时间：计入由此新增的边界，扣除由此省去的边界</translation>
        </message>
        <message>
            <source>GMAC/s</source>
            <translation>GMAC/s</translation>
        </message>
        <message>
            <source>Multiply-accumulates of the layer in the variant, in 1e9 a second</source>
            <translation>该层在此变体中每秒的乘加次数，单位为 1e9</translation>
        </message>
        <message>
            <source>Bytes moved</source>
            <translation>搬运字节</translation>
        </message>
        <message>
            <source>Inputs, weights and outputs, each read or written once</source>
            <translation>输入、权重和输出，各读写一次</translation>
        </message>
        <message>
            <source>FP32 spread</source>
            <translation>FP32 离散</translation>
        </message>
        <message>
            <source>90th minus 10th percentile of the layer&apos;s time in the FP32 network, in milliseconds</source>
            <translation>该层在 FP32 网络中耗时的第 90 与第 10 百分位数之差，单位为毫秒</translation>
        </message>
        <message>
            <source>Variant spread</source>
            <translation>变体离散</translation>
        </message>
        <message>
            <source>90th minus 10th percentile of the layer&apos;s time in the variant, in milliseconds</source>
            <translation>该层在此变体中耗时的第 90 与第 10 百分位数之差，单位为毫秒</translation>
        </message>
    </context>
    <context>
        <name>Linter</name>
        <message>
            <source>%1 makes %2 % of the error at the outputs, which costs %3 in all. Quantized alone it has %4 dB.</source>
            <translation>%1 造成输出误差的 %2 %，输出误差共使结果损失 %3。仅量化该层时为 %4 dB。</translation>
        </message>
        <message>
            <source>Restore it to FP32, or give it finer grids: a scale a channel for its weights, another observer for its output, more bits.</source>
            <translation>将它还原为 FP32，或使用更细的量化网格：权重逐通道缩放、输出改用其他观察器、更多位数。</translation>
        </message>
        <message>
            <source>Restore it to FP32, which takes %5 ms, or give it finer grids: a scale a channel for its weights, another observer for its output, more bits.</source>
            <translation>将它还原为 FP32（需多用 %5 毫秒），或使用更细的量化网格：权重逐通道缩放、输出改用其他观察器、更多位数。</translation>
        </message>
        <message>
            <source>%1 are lost, and no layer loses them alone: %2 of %3 layers make half of the error at the outputs, %4 most (%5 %).</source>
            <translation>共损失 %1，并非由某一层单独造成：%3 层中有 %2 层造成一半的输出误差，其中 %4 最多（%5 %）。</translation>
        </message>
        <message>
            <source>What helps all layers at once: a scale a channel for weights, another observer, bias correction, more bits, training.</source>
            <translation>可同时改善所有层的办法：权重逐通道缩放、其他观察器、偏置校正、更多位数、训练。</translation>
        </message>
        <message>
            <source>%1 is a depthwise convolution: with %2 multiplications an element it moves bytes more than it computes, and reaches %3 % of the arithmetic peak.</source>
            <translation>%1 是逐通道卷积：每个元素只有 %2 次乘法，以搬运数据为主而非计算，只达到算术峰值的 %3 %。</translation>
        </message>
        <message>
            <source>INT8 saves it bytes, not arithmetic. A dense convolution with fewer channels may take the same time and do more.</source>
            <translation>INT8 为它节省的是字节而不是运算。通道更少的普通卷积可能用同样的时间做更多的事。</translation>
        </message>
        <message>
            <source>Quantize it too; or, where its accuracy needs FP32, restore its neighbours as well, so that the boundaries lie where tensors are smaller.</source>
            <translation>将它也量化；若精度需要 FP32，则把相邻的层也恢复，使边界落在张量更小的地方。</translation>
        </message>
        <message>
            <source>%1 runs in FP32 between integer layers: the way there and back costs %2 ms.</source>
            <translation>%1 在整数层之间以 FP32 运行：往返转换花费 %2 毫秒。</translation>
        </message>
        <message>
            <source>%1 and %3 more layers run in FP32 between integer layers: the way there and back costs %2 ms.</source>
            <translation>%1 以及另外 %3 层在整数层之间以 FP32 运行：往返转换花费 %2 毫秒。</translation>
        </message>
        <message>
            <source>%1 (%2) runs in FP32 and takes %3 % of the time.</source>
            <translation>%1（%2）以 FP32 运行，占用 %3 % 的时间。</translation>
        </message>
        <message>
            <source>A rule keeps it in FP32; quantize it where accuracy allows.</source>
            <translation>有规则让它保持 FP32；在精度允许时将它量化。</translation>
        </message>
        <message>
            <source>No preset quantizes this op: it has no integer form here. Convolutions, linear layers and matrix products in its place would be quantized.</source>
            <translation>任何预设都不会量化此算子：它在这里没有整数形式。换成卷积、线性层或矩阵乘法就可以量化。</translation>
        </message>
        <message>
            <source>Nothing that it reads is an integer: quantize what precedes it.</source>
            <translation>它读取的都不是整数：请量化它前面的层。</translation>
        </message>
        <message>
            <source>%1 (%2) has no integer kernel here (%3): its integers are simulated in FP32, which takes %4 ms.</source>
            <translation>%1（%2）在此没有整数内核（%3）：其整数由 FP32 模拟，需要 %4 毫秒。</translation>
        </message>
        <message>
            <source>Restore it to FP32: the network becomes faster.</source>
            <translation>将它恢复为 FP32：网络会变快。</translation>
        </message>
        <message>
            <source>Leave it: in FP32 the network would not become faster. Another op in its place may have a kernel.</source>
            <translation>保持不变：恢复为 FP32 不会使网络变快。换用别的算子也许有内核。</translation>
        </message>
        <message>
            <source>This processor (%1) has no dot-product instructions for bytes (VNNI): INT8 convolutions reach about the speed of FP32 ones, not a multiple.</source>
            <translation>此处理器（%1）没有字节点积指令（VNNI）：INT8 卷积的速度与 FP32 相当，而不是数倍。</translation>
        </message>
        <message>
            <source>Measure on the processor that the model will run on.</source>
            <translation>请在模型将要运行的处理器上测量。</translation>
        </message>
        <message>
            <source>%1 has %2 input and %3 output channels in a group; vectors hold %4 and %5, and %6 % of their lanes stay empty.</source>
            <translation>%1 每组有 %2 个输入通道和 %3 个输出通道；向量分别容纳 %4 和 %5 个，有 %6 % 的通道位空着。</translation>
        </message>
        <message>
            <source>Choose channels that are multiples of those: the same time buys more of them.</source>
            <translation>把通道数选为它们的倍数：同样的时间可以换来更多通道。</translation>
        </message>
        <message>
            <source>%1 (%2) wants its input in another layout: a reorder of %3 ms precedes it.</source>
            <translation>%1（%2）需要另一种内存布局的输入：之前有一次 %3 毫秒的重排。</translation>
        </message>
        <message>
            <source>Pool to 1 x 1 before flattening, and keep reshapes and permutations out of convolutional parts: there the layout stays channels-last.</source>
            <translation>展平之前先池化到 1 x 1，并且不要在卷积部分中插入变形和转置：那里的布局始终是通道在后。</translation>
        </message>
        <message>
            <source>%1 uses %2 of the %3 steps that its weights could have: their one scale was set wider, or leaves room for the bias of channel %4.</source>
            <translation>%1 的权重本可用 %3 级，却只用了 %2 级：其唯一的缩放被设得更宽，或为通道 %4 的偏置留出了余地。</translation>
        </message>
        <message>
            <source>Give its weights a scale a channel (granularity channel): then that channel alone has coarse steps.</source>
            <translation>让其权重每个通道各有一个缩放（粒度为通道）：这样只有那一个通道的步长较粗。</translation>
        </message>
        <message>
            <source>%1 rescales %2 of its %3 parts while it copies them (%4 ms).</source>
            <translation>%1 在复制时要对 %3 个部分中的 %2 个重新缩放（%4 毫秒）。</translation>
        </message>
        <message>
            <source>Parts with the same scale and zero point as the result are only copied, or written where it wants them. Calibration gives them these where only concatenations read a part: let other layers read the result, or the layers that make the parts end in the same activation (ReLU6, say).</source>
            <translation>与结果的缩放和零点相同的部分只需复制，或直接写到结果中的位置。若某个部分只被拼接读取，校准会让它采用结果的缩放和零点：让其他层读取拼接的结果，或让产生各部分的层以相同的激活结束（例如 ReLU6）。</translation>
        </message>
        <message>
            <source>%1 takes %2 ms in INT8 and %3 ms in FP32: so little that starting it outweighs its arithmetic.</source>
            <translation>%1 在 INT8 下用 %2 毫秒，在 FP32 下用 %3 毫秒：时间太短，启动开销超过了运算本身。</translation>
        </message>
        <message>
            <source>%1 takes %2 ms in INT8 and %3 ms in FP32: it moves bytes rather than computing, and changing scales on the way costs more than smaller elements save.</source>
            <translation>%1 在 INT8 下用 %2 毫秒，在 FP32 下用 %3 毫秒：它主要搬运数据而不是计算，途中改变缩放的代价超过了元素变小的收益。</translation>
        </message>
        <message>
            <source>%1 takes %2 ms in INT8 and %3 ms in FP32: the integer implementation (%4) is slower at this shape than the FP32 one (%5).</source>
            <translation>%1 在 INT8 下用 %2 毫秒，在 FP32 下用 %3 毫秒：在此形状下整数实现（%4）比 FP32 实现（%5）慢。</translation>
        </message>
        <message>
            <source>Leave it: alone in FP32 it would need boundaries that cost more.</source>
            <translation>保持不变：单独恢复为 FP32 需要的边界代价更高。</translation>
        </message>
        <message>
            <source>%1 layers, %2 for one, take less than 20 µs each: too little to share among %3 threads. Together they are %4 % of the time.</source>
            <translation>%1 个层（例如 %2）各自不到 20 微秒：太短，不值得分给 %3 个线程。它们合计占 %4 % 的时间。</translation>
        </message>
        <message>
            <source>Run several inferences side by side with one thread each, or larger batches.</source>
            <translation>用多个单线程并行推理，或使用更大的批次。</translation>
        </message>
        <message>
            <source>%1 adds two tensors in a step of its own (%2 ms).</source>
            <translation>%1 用单独的一步把两个张量相加（%2 毫秒）。</translation>
        </message>
        <message>
            <source>Where a convolution comes right before an addition, and nothing else reads its output, the addition runs inside the convolution and costs next to nothing.</source>
            <translation>如果加法紧跟在卷积之后，并且没有别的层读取卷积的输出，加法就在卷积内部完成，几乎不花时间。</translation>
        </message>
    </context>
    <context>
        <name>Metrics</name>
        <message>
            <source>Top-1</source>
            <translation>Top-1</translation>
        </message>
        <message>
            <source>Top-5</source>
            <translation>Top-5</translation>
        </message>
        <message>
            <source>Class mean</source>
            <translation>类别平均</translation>
        </message>
        <message>
            <source>Mean IoU</source>
            <translation>平均 IoU</translation>
        </message>
        <message>
            <source>Exact match</source>
            <translation>完全匹配</translation>
        </message>
        <message>
            <source>SQNR</source>
            <translation>SQNR</translation>
        </message>
        <message>
            <source>Cosine</source>
            <translation>余弦</translation>
        </message>
        <message>
            <source>pt</source>
            <translation>pt</translation>
        </message>
        <message>
            <source>%1 to %2</source>
            <translation>%1 至 %2</translation>
        </message>
        <message>
            <source>%1 falls by %2</source>
            <translation>%1 下降 %2</translation>
        </message>
        <message>
            <source>%1 rises by %2</source>
            <translation>%1 上升 %2</translation>
        </message>
        <message>
            <source>%1, on %2 samples.</source>
            <translation>%1，样本数 %2。</translation>
        </message>
        <message>
            <source>%1 (95 % interval %2 to %3)</source>
            <translation>%1（95 % 区间 %2 至 %3）</translation>
        </message>
        <message>
            <source>%1: not distinguishable from 0 on %2 samples.</source>
            <translation>%1：在 %2 个样本上与 0 无法区分。</translation>
        </message>
        <message>
            <source>Agreement</source>
            <translation>一致率</translation>
        </message>
    </context>
    <context>
        <name>Panels</name>
        <message>
            <source>Confusion matrix</source>
            <translation>混淆矩阵</translation>
        </message>
        <message>
            <source>Error by layer</source>
            <translation>逐层误差</translation>
        </message>
        <message>
            <source>Latency by layer</source>
            <translation>逐层延迟</translation>
        </message>
        <message>
            <source>Roofline</source>
            <translation>屋顶线</translation>
        </message>
        <message>
            <source>Accuracy against latency</source>
            <translation>准确率与延迟</translation>
        </message>
        <message>
            <source>Training</source>
            <translation>训练</translation>
        </message>
        <message>
            <source>Classes</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>Findings</source>
            <translation>诊断</translation>
        </message>
        <message>
            <source>Summary</source>
            <translation>概要</translation>
        </message>
        <message>
            <source>Profile</source>
            <translation>性能剖析</translation>
        </message>
        <message>
            <source>Variants</source>
            <translation>变体</translation>
        </message>
        <message>
            <source>Proof</source>
            <translation>验证</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>Rules</source>
            <translation>规则</translation>
        </message>
    </context>
    <context>
        <name>Profile</name>
        <message>
            <source>inputs and outputs</source>
            <translation>输入和输出</translation>
        </message>
        <message>
            <source>copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>not measurable on this machine</source>
            <translation>本机无法测量</translation>
        </message>
        <message>
            <source>quantize</source>
            <translation>量化</translation>
        </message>
        <message>
            <source>dequantize</source>
            <translation>反量化</translation>
        </message>
        <message>
            <source>requantize</source>
            <translation>再量化</translation>
        </message>
        <message>
            <source>reorder</source>
            <translation>重排</translation>
        </message>
    </context>
    <context>
        <name>Project</name>
        <message>
            <source>%1 is not a Quantoscope project, or it is damaged: %2.</source>
            <translation>%1 不是 Quantoscope 项目，或者文件已损坏：%2。</translation>
        </message>
        <message>
            <source>it does not say that it is a project</source>
            <translation>文件中没有项目标识</translation>
        </message>
        <message>
            <source>%1 was written by a newer Quantoscope (project format %2; this one reads up to %3): install a newer version to open it.</source>
            <translation>%1 由更新版本的 Quantoscope 写入（项目格式 %2；本程序最高支持 %3）：请安装新版本后再打开。</translation>
        </message>
        <message>
            <source>reading it was cancelled</source>
            <translation>读取已取消</translation>
        </message>
        <message>
            <source>variant number %1 has no id of its own that can name files</source>
            <translation>第 %1 个变体没有可用于命名文件的唯一标识</translation>
        </message>
        <message>
            <source>The variant &quot;%1&quot; cannot be shown: %2</source>
            <translation>无法显示变体“%1”：%2</translation>
        </message>
    </context>
    <context>
        <name>QConfigPreview</name>
        <message>
            <source>Would run as %1</source>
            <translation>将以 %1 运行</translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s) as %1</source>
            <translation>
                <numerusform>%n 层以 %1 运行</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Recovery</name>
        <message>
            <source>Another window has already taken over this session.</source>
            <translation>另一个窗口已经接管了该会话。</translation>
        </message>
    </context>
    <context>
        <name>Rules</name>
        <message>
            <source>whole model</source>
            <translation>整个模型</translation>
        </message>
        <message>
            <source>all %1 layers</source>
            <translation>所有 %1 层</translation>
        </message>
        <message>
            <source>layers matching %1</source>
            <translation>匹配 %1 的层</translation>
        </message>
        <message>
            <source>this layer</source>
            <translation>本层</translation>
        </message>
        <message>
            <source>Whole model</source>
            <translation>整个模型</translation>
        </message>
        <message>
            <source>Op</source>
            <translation>算子</translation>
        </message>
        <message>
            <source>Pattern</source>
            <translation>通配模式</translation>
        </message>
        <message>
            <source>Regular expression</source>
            <translation>正则表达式</translation>
        </message>
        <message>
            <source>Layer</source>
            <translation>层</translation>
        </message>
    </context>
    <context>
        <name>Speedup</name>
        <message>
            <source>machine busy</source>
            <translation>机器繁忙</translation>
        </message>
        <message>
            <source>%1 (%2 to %3)</source>
            <translation>%1（%2 至 %3）</translation>
        </message>
        <message>
            <source>The machine was busy, so that no speed-up can be named: FP32 took %1, the variant %2, and the ratio in turns is %3 to %4 (95 % interval). Measure again when other work has ended.</source>
            <translation>机器繁忙，无法给出加速比：FP32 用时 %1，变体用时 %2，交替测量的比值为 %3 至 %4（95 % 区间）。请在其他任务结束后重新测量。</translation>
        </message>
    </context>
    <context>
        <name>Variant</name>
        <message>
            <source>1 layer FP32</source>
            <translation>1 层 FP32</translation>
        </message>
        <message>
            <source>%1 layers FP32</source>
            <translation>%1 层 FP32</translation>
        </message>
        <message>
            <source>1 layer changed</source>
            <translation>1 层有改动</translation>
        </message>
        <message>
            <source>%1 layers changed</source>
            <translation>%1 层有改动</translation>
        </message>
        <message>
            <source>QAT 1 epoch</source>
            <translation>QAT 1 轮</translation>
        </message>
        <message>
            <source>QAT %1 epochs</source>
            <translation>QAT %1 轮</translation>
        </message>
        <message>
            <source>%1 on %2</source>
            <translation>%1（%2 后端）</translation>
        </message>
        <message>
            <source>1 rule</source>
            <translation>1 条规则</translation>
        </message>
        <message>
            <source>%1 rules</source>
            <translation>%1 条规则</translation>
        </message>
    </context>
    <context>
        <name>VariantColumns</name>
        <message>
            <source>Variant</source>
            <translation>变体</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大小</translation>
        </message>
        <message>
            <source>Latency ms</source>
            <translation>延迟 ms</translation>
        </message>
        <message>
            <source>Accuracy</source>
            <translation>准确率</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>变化</translation>
        </message>
        <message>
            <source>%1 (incomplete)</source>
            <translation>%1（不完整）</translation>
        </message>
    </context>
    <context>
        <name>VariantFile</name>
        <message>
            <source>The folder %1 cannot be made.</source>
            <translation>无法创建文件夹 %1。</translation>
        </message>
        <message>
            <source>The trained weights cannot be copied to %1: %2.</source>
            <translation>无法将训练得到的权重复制到 %1：%2。</translation>
        </message>
        <message>
            <source>%1 is damaged: %2.</source>
            <translation>%1 已损坏：%2。</translation>
        </message>
        <message>
            <source>%1 is not there.</source>
            <translation>%1 不存在。</translation>
        </message>
        <message>
            <source>it does not say that it is this variant</source>
            <translation>其中没有标明它是这个变体</translation>
        </message>
        <message>
            <source>%1 was written by a newer Quantoscope.</source>
            <translation>%1 由更新版本的 Quantoscope 写入。</translation>
        </message>
    </context>
    <context>
        <name>main</name>
        <message>
            <source>A workbench for quantizing neural networks.</source>
            <translation>神经网络量化工作台。</translation>
        </message>
        <message>
            <source>Open the bundled sample.</source>
            <translation>打开自带的示例。</translation>
        </message>
        <message>
            <source>Command that starts the engine, for example &quot;ssh host qscope serve&quot;.</source>
            <translation>启动引擎的命令，例如 &quot;ssh host qscope serve&quot;。</translation>
        </message>
        <message>
            <source>Language of the window, for example zh_CN; else the system&apos;s.</source>
            <translation>界面语言，例如 zh_CN；缺省为系统语言。</translation>
        </message>
        <message>
            <source>Project or model.</source>
            <translation>项目或模型。</translation>
        </message>
        <message>
            <source>Data: FORMAT[:ARGUMENT], for example imagefolder:DIR or npy:X.npy,Y.npy.</source>
            <translation>数据：格式[:参数]，例如 imagefolder:DIR 或 npy:X.npy,Y.npy。</translation>
        </message>
    </context>
    <context>
        <name>qs::ChoiceBox</name>
        <message>
            <source>as preset</source>
            <translation>同预设</translation>
        </message>
        <message>
            <source>as preset (%1)</source>
            <translation>同预设（%1）</translation>
        </message>
    </context>
    <context>
        <name>qs::ClassPanel</name>
        <message>
            <source>Classes</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>Confusions</source>
            <translation>混淆</translation>
        </message>
        <message>
            <source>%1 rarer confusions are left out.</source>
            <translation>另有 %1 种较少见的混淆未列出。</translation>
        </message>
        <message>
            <source>This variant was measured without classes: they need a classifier, or a model of masks, and labelled data.</source>
            <translation>此变体测量时没有类别：需要分类或掩码模型，以及带标签的数据。</translation>
        </message>
        <message>
            <source>How each class fares is shown here once a variant has been measured.</source>
            <translation>测量变体后，这里显示每个类别的表现。</translation>
        </message>
    </context>
    <context>
        <name>qs::ClassTableModel</name>
        <message>
            <source>%1 to %2</source>
            <translation>%1 至 %2</translation>
        </message>
        <message>
            <source>Intersection over union in percent</source>
            <translation>交并比（百分比）</translation>
        </message>
        <message>
            <source>Accuracy in percent</source>
            <translation>准确率（百分比）</translation>
        </message>
        <message>
            <source>Class</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>Pixels</source>
            <translation>像素</translation>
        </message>
        <message>
            <source>Samples</source>
            <translation>样本</translation>
        </message>
        <message>
            <source>FP32 %</source>
            <translation>FP32 %</translation>
        </message>
        <message>
            <source>Variant %</source>
            <translation>变体 %</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>变化</translation>
        </message>
        <message>
            <source>95 %</source>
            <translation>95 %</translation>
        </message>
    </context>
    <context>
        <name>qs::ConfusionChart</name>
        <message>
            <source>Precision</source>
            <translation>精度</translation>
        </message>
        <message>
            <source>variant</source>
            <translation>变体</translation>
        </message>
        <message>
            <source>FP32</source>
            <translation>FP32</translation>
        </message>
        <message>
            <source>Decision</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>Label</source>
            <translation>标签</translation>
        </message>
        <message>
            <source>Which classes are taken for which is shown here once a variant has been measured.</source>
            <translation>测量变体后，这里显示哪些类别被误认成哪些类别。</translation>
        </message>
        <message>
            <source>There is no confusion matrix: it needs a classifier and labelled data.</source>
            <translation>没有混淆矩阵：需要分类模型和带标签的数据。</translation>
        </message>
        <message numerus="yes">
            <source>%n class(es) are too many for a matrix: the panel &quot;Classes&quot; lists the confusions.</source>
            <translation>
                <numerusform>%n 个类别太多，无法画成矩阵：混淆情况见“类别”面板。</numerusform>
            </translation>
        </message>
        <message>
            <source>few of the label&apos;s samples</source>
            <translation>该标签的少数样本</translation>
        </message>
        <message>
            <source>all</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>label %1
decision %2
%3 of %4 samples</source>
            <translation>标签 %1
判定 %2
%4 个样本中的 %3 个</translation>
        </message>
    </context>
    <context>
        <name>qs::ConfusionTableModel</name>
        <message>
            <source>Label</source>
            <translation>标签</translation>
        </message>
        <message>
            <source>Decision</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>variant</source>
            <translation>变体</translation>
        </message>
        <message>
            <source>FP32</source>
            <translation>FP32</translation>
        </message>
    </context>
    <context>
        <name>qs::DifferenceTableModel</name>
        <message>
            <source>within tolerance</source>
            <translation>在容差内</translation>
        </message>
        <message>
            <source>first out of tolerance</source>
            <translation>首个超出容差</translation>
        </message>
        <message>
            <source>out of tolerance</source>
            <translation>超出容差</translation>
        </message>
        <message>
            <source>%1: %2
%3 values compared, 1 LSB is %4</source>
            <translation>%1：%2
比较了 %3 个值，1 LSB 为 %4</translation>
        </message>
        <message>
            <source>Share of values that differ by at most 1 LSB, a step of the layer&apos;s own grid; at least %1 % are wanted</source>
            <translation>相差不超过 1 LSB（该层自身网格的一步）的值所占比例；至少应为 %1 %</translation>
        </message>
        <message>
            <source>Layer</source>
            <translation>层</translation>
        </message>
        <message>
            <source>Op</source>
            <translation>算子</translation>
        </message>
        <message>
            <source>Within 1 LSB</source>
            <translation>1 LSB 以内</translation>
        </message>
        <message>
            <source>Worst / LSB</source>
            <translation>最大 / LSB</translation>
        </message>
        <message>
            <source>Mean / LSB</source>
            <translation>平均 / LSB</translation>
        </message>
        <message>
            <source>Verdict</source>
            <translation>结论</translation>
        </message>
    </context>
    <context>
        <name>qs::ErrorChart</name>
        <message>
            <source>Measure of the error against FP32</source>
            <translation>相对 FP32 的误差度量</translation>
        </message>
        <message>
            <source>&amp;Measure:</source>
            <translation>度量(&amp;M)：</translation>
        </message>
        <message>
            <source>The error of each layer appears here after Calibrate.</source>
            <translation>校准后，这里显示各层的误差。</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>未测量</translation>
        </message>
        <message>
            <source>%1 % of the output&apos;s error, local SQNR %2 dB, SQNR %3 dB, cosine %4, MSE %5, ran in %6</source>
            <translation>占输出误差的 %1 %，局部 SQNR %2 dB，SQNR %3 dB，余弦 %4，MSE %5，以 %6 运行</translation>
        </message>
        <message>
            <source>INT8</source>
            <translation>INT8</translation>
        </message>
        <message>
            <source>FP32</source>
            <translation>FP32</translation>
        </message>
    </context>
    <context>
        <name>qs::FindingTableModel</name>
        <message>
            <source>whole model</source>
            <translation>整个模型</translation>
        </message>
        <message>
            <source>Time of an inference that the remedy saves at most</source>
            <translation>该对策最多能为一次推理节省的时间</translation>
        </message>
        <message>
            <source>Saves at most</source>
            <translation>最多节省</translation>
        </message>
        <message>
            <source>What was found, and the remedy</source>
            <translation>发现的问题及对策</translation>
        </message>
    </context>
    <context>
        <name>qs::FindingsPanel</name>
        <message>
            <source>Show layer</source>
            <translation>显示该层</translation>
        </message>
        <message>
            <source>Nothing was found that costs this variant accuracy or keeps it from being faster.</source>
            <translation>没有发现使此变体损失精度或妨碍其变快的因素。</translation>
        </message>
        <message>
            <source>Where accuracy is lost, and why layers are not faster, is said here after Calibrate.</source>
            <translation>校准后，这里说明精度损失在哪里，以及各层为何不能更快。</translation>
        </message>
        <message>
            <source>Scroll the table of layers to it</source>
            <translation>在层表中滚动到该层</translation>
        </message>
        <message>
            <source>Choose a finding of a layer first.</source>
            <translation>请先选择一条针对某层的诊断。</translation>
        </message>
        <message>
            <source>This variant was measured without a profile.</source>
            <translation>此变体测量时没有性能剖析。</translation>
        </message>
    </context>
    <context>
        <name>qs::JobBar</name>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Stop the running job. Nothing that was finished is lost.</source>
            <translation>停止正在运行的任务。已完成的结果不会丢失。</translation>
        </message>
        <message>
            <source>%1 left</source>
            <translation>剩余 %1</translation>
        </message>
        <message>
            <source>Ready</source>
            <translation>就绪</translation>
        </message>
        <message numerus="yes">
            <source>%n more job(s) wait: show them</source>
            <translation>
                <numerusform>还有 %n 个任务在等待：点击查看</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::JobTableModel</name>
        <message>
            <source>stopping</source>
            <translation>正在停止</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>等待中</translation>
        </message>
        <message>
            <source>%1, %2 left</source>
            <translation>%1，还剩 %2</translation>
        </message>
        <message>
            <source>Job</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>进度</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>时间</translation>
        </message>
    </context>
    <context>
        <name>qs::JobsPanel</name>
        <message>
            <source>What runs and what waits for its turn is listed here. Measuring, training, exporting and verifying can be asked for one behind the other.</source>
            <translation>此处列出正在运行和排队等待的任务。测量、训练、导出和验证可以接连提交，依次执行。</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Stop this job. Nothing that was finished is lost.</source>
            <translation>停止此任务。已完成的内容不会丢失。</translation>
        </message>
    </context>
    <context>
        <name>qs::LatencyChart</name>
        <message>
            <source>FP32 %1, this variant %2; machine busy: no speed-up
%3</source>
            <translation>FP32 %1，此变体 %2；机器繁忙，无法给出加速比
%3</translation>
        </message>
        <message>
            <source>Median time / ms</source>
            <translation>中位耗时 / ms</translation>
        </message>
        <message>
            <source>The time of each layer appears here after Calibrate.</source>
            <translation>校准后，这里显示各层的耗时。</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>未测量</translation>
        </message>
        <message>
            <source>FP32 %1, this variant %2, speed-up %3
%4</source>
            <translation>FP32 %1，此变体 %2，加速比 %3
%4</translation>
        </message>
        <message>
            <source>FP32 network</source>
            <translation>FP32 网络</translation>
        </message>
        <message>
            <source>this variant</source>
            <translation>此变体</translation>
        </message>
    </context>
    <context>
        <name>qs::LayerChart</name>
        <message>
            <source>Layer number</source>
            <translation>层序号</translation>
        </message>
    </context>
    <context>
        <name>qs::LayerPanel</name>
        <message>
            <source>Filter layers by name, op or qconfig</source>
            <translation>按名称、算子或量化配置筛选</translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s)</source>
            <translation>
                <numerusform>%n 层</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 of %2 layers shown</source>
            <translation>显示 %1 / %2 层</translation>
        </message>
        <message numerus="yes">
            <source>, %n set to FP32</source>
            <translation>
                <numerusform>，%n 层设为 FP32</numerusform>
            </translation>
        </message>
        <message>
            <source>Restore to FP32 and measure</source>
            <translation>还原为 FP32 并测量</translation>
        </message>
        <message>
            <source>Set qconfig</source>
            <translation>设置量化配置</translation>
        </message>
        <message>
            <source>Clear override</source>
            <translation>清除单独设置</translation>
        </message>
        <message>
            <source>Copy as CSV</source>
            <translation>复制为 CSV</translation>
        </message>
        <message>
            <source>Restore to FP32 and measure: about %1</source>
            <translation>还原为 FP32 并测量：约 %1</translation>
        </message>
        <message>
            <source>Edit qconfig...</source>
            <translation>编辑量化配置…</translation>
        </message>
    </context>
    <context>
        <name>qs::LayerTableModel</name>
        <message>
            <source>The engine has no INT8 form of %1: it runs in FP32.</source>
            <translation>引擎没有 %1 的 INT8 实现：以 FP32 运行。</translation>
        </message>
        <message>
            <source>Ran on %1</source>
            <translation>由 %1 执行</translation>
        </message>
        <message>
            <source>In the FP32 network: %1</source>
            <translation>在 FP32 网络中：%1</translation>
        </message>
        <message>
            <source>Better ones that were refused, best first:</source>
            <translation>未被采用的更好实现，从最好的开始：</translation>
        </message>
        <message>
            <source>The engine has not said yet which rule wins.</source>
            <translation>引擎尚未给出哪条规则生效。</translation>
        </message>
        <message>
            <source>Set by rule %1: %2</source>
            <translation>由规则 %1 设定：%2</translation>
        </message>
        <message>
            <source>Would run as %1</source>
            <translation>将以 %1 运行</translation>
        </message>
    </context>
    <context>
        <name>qs::MessageBar</name>
        <message>
            <source>Details</source>
            <translation>详情</translation>
        </message>
        <message>
            <source>Dismiss</source>
            <translation>关闭</translation>
        </message>
    </context>
    <context>
        <name>qs::NumberEdit</name>
        <message>
            <source>as preset (%1)</source>
            <translation>同预设（%1）</translation>
        </message>
        <message>
            <source>as preset</source>
            <translation>同预设</translation>
        </message>
    </context>
    <context>
        <name>qs::ProfilePanel</name>
        <message>
            <source>%1 mJ an inference, the whole processor package</source>
            <translation>每次推理 %1 mJ，整个处理器封装</translation>
        </message>
        <message>
            <source>Time of one inference</source>
            <translation>一次推理的时间</translation>
        </message>
        <message>
            <source>Memory, preparing, energy</source>
            <translation>内存、准备、能耗</translation>
        </message>
        <message>
            <source>What this machine can do</source>
            <translation>本机的能力</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>步骤</translation>
        </message>
        <message>
            <source>Totals</source>
            <translation>汇总</translation>
        </message>
        <message>
            <source>This variant was measured without a profile.</source>
            <translation>此变体测量时没有性能剖析。</translation>
        </message>
        <message>
            <source>Where the time of an inference goes is shown here after Calibrate.</source>
            <translation>校准后，这里显示一次推理的时间花在哪里。</translation>
        </message>
        <message>
            <source>The steps add up to %1, the median of whole runs is %2: %3.</source>
            <translation>各步骤合计 %1，整体运行的中位数为 %2：%3。</translation>
        </message>
        <message>
            <source>The steps add up to %1.</source>
            <translation>各步骤合计 %1。</translation>
        </message>
        <message>
            <source>Layers</source>
            <translation>各层</translation>
        </message>
        <message>
            <source>Boundaries</source>
            <translation>边界</translation>
        </message>
        <message>
            <source>Inputs and outputs</source>
            <translation>输入和输出</translation>
        </message>
        <message>
            <source>Sum</source>
            <translation>合计</translation>
        </message>
        <message>
            <source>Median of whole runs</source>
            <translation>整体运行的中位数</translation>
        </message>
        <message>
            <source>Sum against the median</source>
            <translation>合计与中位数之差</translation>
        </message>
        <message>
            <source>Profiler&apos;s overhead, taken out</source>
            <translation>剖析器开销（已扣除）</translation>
        </message>
        <message>
            <source>Boundary steps</source>
            <translation>边界步骤</translation>
        </message>
        <message>
            <source>%1 quantize, %2 dequantize, %3 requantize, %4 reorder</source>
            <translation>%1 次量化，%2 次反量化，%3 次再量化，%4 次重排</translation>
        </message>
        <message>
            <source>Needed at one time</source>
            <translation>同时所需</translation>
        </message>
        <message>
            <source>Arena</source>
            <translation>内存池</translation>
        </message>
        <message>
            <source>Preparing</source>
            <translation>准备</translation>
        </message>
        <message>
            <source>Energy</source>
            <translation>能耗</translation>
        </message>
        <message>
            <source>%1 GMAC/s</source>
            <translation>%1 GMAC/s</translation>
        </message>
        <message>
            <source>%1 GB/s</source>
            <translation>%1 GB/s</translation>
        </message>
        <message>
            <source>INT8</source>
            <translation>INT8</translation>
        </message>
        <message>
            <source>FP32</source>
            <translation>FP32</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>内存</translation>
        </message>
        <message>
            <source>Second-level cache</source>
            <translation>二级缓存</translation>
        </message>
        <message>
            <source>Threads</source>
            <translation>线程</translation>
        </message>
    </context>
    <context>
        <name>qs::ProfileTableModel</name>
        <message>
            <source>A layer, a quantize, dequantize, requantize or reorder step, or the copies at both ends</source>
            <translation>一层，一次量化、反量化、再量化或重排，或两端的复制</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>步骤</translation>
        </message>
        <message>
            <source>Operation of the layer, or kind of the step</source>
            <translation>该层的算子，或步骤的种类</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>种类</translation>
        </message>
        <message>
            <source>Median time in milliseconds, without the profiler&apos;s overhead</source>
            <translation>中位耗时，单位为毫秒，不含剖析器开销</translation>
        </message>
        <message>
            <source>ms</source>
            <translation>ms</translation>
        </message>
        <message>
            <source>90th minus 10th percentile of the time, in milliseconds</source>
            <translation>耗时的第 90 与第 10 百分位数之差，单位为毫秒</translation>
        </message>
        <message>
            <source>Spread</source>
            <translation>离散</translation>
        </message>
        <message>
            <source>Percentage of the median of whole runs</source>
            <translation>占整体运行中位数的百分比</translation>
        </message>
        <message>
            <source>% of run</source>
            <translation>占比 %</translation>
        </message>
        <message>
            <source>Bytes that the step reads and writes</source>
            <translation>该步骤读写的字节数</translation>
        </message>
        <message>
            <source>Bytes</source>
            <translation>字节</translation>
        </message>
    </context>
    <context>
        <name>qs::ProofPanel</name>
        <message>
            <source>equal</source>
            <translation>相等</translation>
        </message>
        <message>
            <source>What was exported, and whether the file does what the engine does, is said here after Export or Verify file.</source>
            <translation>导出或验证文件之后，此处说明导出了什么，以及文件与引擎的结果是否一致。</translation>
        </message>
        <message>
            <source>Figures</source>
            <translation>指标</translation>
        </message>
        <message>
            <source>Layers</source>
            <translation>层</translation>
        </message>
        <message>
            <source>File and engine</source>
            <translation>文件与引擎</translation>
        </message>
        <message>
            <source>Differences of the outputs</source>
            <translation>输出的差异</translation>
        </message>
        <message>
            <source>Notes of the verification</source>
            <translation>验证的说明</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <source>What to do with it next</source>
            <translation>接下来怎么用</translation>
        </message>
        <message>
            <source>Copy commands</source>
            <translation>复制命令</translation>
        </message>
        <message>
            <source>Target</source>
            <translation>目标</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大小</translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>说明</translation>
        </message>
        <message>
            <source>Checked by ourselves only; install onnxruntime-node</source>
            <translation>仅由本程序自行检查；请安装 onnxruntime-node</translation>
        </message>
        <message>
            <source>✓ PASS</source>
            <translation>✓ 通过</translation>
        </message>
        <message>
            <source>✗ FAIL</source>
            <translation>✗ 未通过</translation>
        </message>
        <message>
            <source>Opened by</source>
            <translation>打开者</translation>
        </message>
        <message>
            <source>Samples</source>
            <translation>样本</translation>
        </message>
        <message>
            <source>Top-1</source>
            <translation>Top-1</translation>
        </message>
        <message>
            <source>engine %1, file %2</source>
            <translation>引擎 %1，文件 %2</translation>
        </message>
        <message>
            <source>Agreement</source>
            <translation>一致率</translation>
        </message>
        <message>
            <source>%1 of samples get the same class</source>
            <translation>%1 的样本得到相同类别</translation>
        </message>
        <message>
            <source>Latency</source>
            <translation>延迟</translation>
        </message>
        <message>
            <source>Output</source>
            <translation>输出</translation>
        </message>
        <message>
            <source>worst</source>
            <translation>最大</translation>
        </message>
        <message>
            <source>mean</source>
            <translation>平均</translation>
        </message>
        <message>
            <source>SQNR</source>
            <translation>SQNR</translation>
        </message>
        <message>
            <source>Layers (%1)</source>
            <translation>层（%1）</translation>
        </message>
        <message>
            <source>Where the file, run whole, leaves the engine</source>
            <translation>整体运行时文件偏离引擎之处</translation>
        </message>
        <message>
            <source>First to depart</source>
            <translation>最先偏离</translation>
        </message>
        <message>
            <source>agrees up to</source>
            <translation>一致至</translation>
        </message>
        <message>
            <source>differ</source>
            <translation>不同</translation>
        </message>
        <message>
            <source>why</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>the inputs</source>
            <translation>输入</translation>
        </message>
        <message>
            <source>%1 LSB</source>
            <translation>%1 LSB</translation>
        </message>
    </context>
    <context>
        <name>qs::QConfigDialog</name>
        <message>
            <source>Go to rule</source>
            <translation>转到规则</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>应用</translation>
        </message>
        <message>
            <source>Inherit</source>
            <translation>继承</translation>
        </message>
        <message>
            <source>QConfig of %1</source>
            <translation>%1 的量化配置</translation>
        </message>
        <message numerus="yes">
            <source>QConfig of %n layer(s)</source>
            <translation>
                <numerusform>%n 层的量化配置</numerusform>
            </translation>
        </message>
        <message>
            <source>Take the rule for exactly this layer away: others rule it then</source>
            <translation>去掉只针对该层的规则，由其他规则决定</translation>
        </message>
        <message>
            <source>There is no rule for exactly this layer.</source>
            <translation>没有只针对该层的规则。</translation>
        </message>
        <message>
            <source>Rule</source>
            <translation>规则</translation>
        </message>
        <message>
            <source>New rule</source>
            <translation>新规则</translation>
        </message>
        <message>
            <source>Close this and select the rule in the list of rules</source>
            <translation>关闭此窗口并在规则列表中选中该规则</translation>
        </message>
    </context>
    <context>
        <name>qs::QConfigForm</name>
        <message>
            <source>The same in one line, as recipes and the command line have it; it can be typed</source>
            <translation>同样内容的一行写法，与配方和命令行一致；可以直接输入</translation>
        </message>
        <message>
            <source>Preset:</source>
            <translation>预设：</translation>
        </message>
        <message>
            <source>Mode:</source>
            <translation>模式：</translation>
        </message>
        <message>
            <source>As text:</source>
            <translation>文本形式：</translation>
        </message>
        <message>
            <source>Not quantized in the mode %1.</source>
            <translation>在模式 %1 中不量化。</translation>
        </message>
        <message>
            <source>The preset %1 does not quantize it.</source>
            <translation>预设 %1 不量化它。</translation>
        </message>
    </context>
    <context>
        <name>qs::RooflineChart</name>
        <message>
            <source>MACs a byte</source>
            <translation>每字节乘加次数</translation>
        </message>
        <message>
            <source>GMAC/s</source>
            <translation>GMAC/s</translation>
        </message>
        <message>
            <source>This variant was measured without rates of its layers.</source>
            <translation>此变体测量时没有各层的速率。</translation>
        </message>
        <message>
            <source>Each layer becomes a point below this machine&apos;s limits after Calibrate.</source>
            <translation>校准后，每一层成为本机极限之下的一个点。</translation>
        </message>
        <message>
            <source>memory %1 GB/s</source>
            <translation>内存 %1 GB/s</translation>
        </message>
        <message>
            <source>cache %1 GB/s</source>
            <translation>缓存 %1 GB/s</translation>
        </message>
        <message>
            <source>INT8 layer</source>
            <translation>INT8 层</translation>
        </message>
        <message>
            <source>FP32 layer</source>
            <translation>FP32 层</translation>
        </message>
        <message>
            <source>selected</source>
            <translation>选中</translation>
        </message>
        <message>
            <source>%1 GMAC/s, %2 MACs a byte, %3</source>
            <translation>%1 GMAC/s，每字节 %2 次乘加，%3</translation>
        </message>
        <message>
            <source>%1 % of the peak of its precision</source>
            <translation>达到该精度峰值的 %1 %</translation>
        </message>
        <message>
            <source>bound by %1</source>
            <translation>受限于%1</translation>
        </message>
        <message>
            <source>INT8 peak %1</source>
            <translation>INT8 峰值 %1</translation>
        </message>
        <message>
            <source>FP32 peak %1</source>
            <translation>FP32 峰值 %1</translation>
        </message>
    </context>
    <context>
        <name>qs::RulePanel</name>
        <message>
            <source>Add...</source>
            <translation>添加…</translation>
        </message>
        <message>
            <source>Edit...</source>
            <translation>编辑…</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>移除</translation>
        </message>
        <message>
            <source>Up</source>
            <translation>上移</translation>
        </message>
        <message>
            <source>Down</source>
            <translation>下移</translation>
        </message>
        <message>
            <source>Rules</source>
            <translation>规则</translation>
        </message>
        <message>
            <source>Remove rule %1</source>
            <translation>移除规则 %1</translation>
        </message>
        <message>
            <source>Move rule %1</source>
            <translation>移动规则 %1</translation>
        </message>
        <message>
            <source>Choose a rule first.</source>
            <translation>请先选择一条规则。</translation>
        </message>
        <message>
            <source>A rule for an op, a pattern, a layer or the whole model</source>
            <translation>针对算子、通配模式、某一层或整个模型的规则</translation>
        </message>
        <message>
            <source>Change the rule (Enter)</source>
            <translation>修改规则（Enter）</translation>
        </message>
        <message>
            <source>Take the rule away (Delete)</source>
            <translation>去掉规则（Delete）</translation>
        </message>
        <message>
            <source>Of rules of the same kind the later one wins (Alt+Up)</source>
            <translation>同类规则中靠后的生效（Alt+Up）</translation>
        </message>
        <message>
            <source>It is the first rule.</source>
            <translation>这是第一条规则。</translation>
        </message>
        <message>
            <source>Of rules of the same kind the later one wins (Alt+Down)</source>
            <translation>同类规则中靠后的生效（Alt+Down）</translation>
        </message>
        <message>
            <source>It is the last rule.</source>
            <translation>这是最后一条规则。</translation>
        </message>
    </context>
    <context>
        <name>qs::RuleTableModel</name>
        <message>
            <source>Stronger rules, or later ones of the same kind, win all its layers.</source>
            <translation>它的所有层都由更强的规则或同类中靠后的规则决定。</translation>
        </message>
        <message>
            <source>For</source>
            <translation>对象</translation>
        </message>
        <message>
            <source>The weakest kind is the whole model, the strongest a layer by name</source>
            <translation>最弱的是针对整个模型的规则，最强的是按名称针对某一层的规则</translation>
        </message>
        <message>
            <source>Which</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>The op, the pattern or the layer</source>
            <translation>算子、通配模式或层</translation>
        </message>
        <message>
            <source>QConfig</source>
            <translation>量化配置</translation>
        </message>
        <message>
            <source>A preset and what differs from it</source>
            <translation>预设以及与预设不同之处</translation>
        </message>
        <message>
            <source>Layers</source>
            <translation>层数</translation>
        </message>
        <message>
            <source>Layers of the model that the rule wins</source>
            <translation>模型中由该规则决定的层数</translation>
        </message>
        <message>
            <source>Problem</source>
            <translation>问题</translation>
        </message>
        <message>
            <source>Why the rule cannot be used</source>
            <translation>该规则为何不能使用</translation>
        </message>
    </context>
    <context>
        <name>qs::RuleTarget</name>
        <message>
            <source>Kind of rule</source>
            <translation>规则种类</translation>
        </message>
        <message>
            <source>Whom the rule concerns</source>
            <translation>规则针对的对象</translation>
        </message>
        <message>
            <source>A name with * for any text and ? for one character: layer4.*</source>
            <translation>名称，* 代表任意文本，? 代表一个字符：layer4.*</translation>
        </message>
        <message>
            <source>An expression that the whole name fits: layer[12]\..*</source>
            <translation>与整个名称匹配的表达式：layer[12]\..*</translation>
        </message>
        <message>
            <source>All layers with this op</source>
            <translation>使用该算子的所有层</translation>
        </message>
        <message>
            <source>One layer, by its name</source>
            <translation>按名称指定的一层</translation>
        </message>
        <message>
            <source>All layers that no other rule concerns</source>
            <translation>没有其他规则针对的所有层</translation>
        </message>
    </context>
    <context>
        <name>qs::SummaryPanel</name>
        <message>
            <source>Clock</source>
            <translation>计时方式</translation>
        </message>
        <message>
            <source>processor time of one thread</source>
            <translation>单线程处理器时间</translation>
        </message>
        <message>
            <source>wall time</source>
            <translation>挂钟时间</translation>
        </message>
        <message>
            <source>The qconfigs in the table are not those that this was measured with. Calibrate to measure them.</source>
            <translation>表中的量化配置与测量时所用的不同。请重新校准以测量当前配置。</translation>
        </message>
        <message>
            <source>Figures</source>
            <translation>指标</translation>
        </message>
        <message>
            <source>Selected layer</source>
            <translation>选中的层</translation>
        </message>
        <message>
            <source>Measured with</source>
            <translation>测量条件</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>格式</translation>
        </message>
        <message>
            <source>Input</source>
            <translation>输入</translation>
        </message>
        <message>
            <source>Layers</source>
            <translation>层数</translation>
        </message>
        <message>
            <source>Parameters</source>
            <translation>参数量</translation>
        </message>
        <message>
            <source>MACs</source>
            <translation>MACs</translation>
        </message>
        <message>
            <source>File size</source>
            <translation>文件大小</translation>
        </message>
        <message>
            <source>Latency</source>
            <translation>延迟</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大小</translation>
        </message>
        <message>
            <source>FP32</source>
            <translation>FP32</translation>
        </message>
        <message>
            <source>variant</source>
            <translation>变体</translation>
        </message>
        <message>
            <source>change</source>
            <translation>变化</translation>
        </message>
        <message>
            <source>Data</source>
            <translation>数据</translation>
        </message>
        <message>
            <source>Samples</source>
            <translation>样本</translation>
        </message>
        <message>
            <source>%1 for accuracy, %2 for calibration, %3 for errors</source>
            <translation>准确率 %1，校准 %2，误差 %3</translation>
        </message>
        <message>
            <source>CPU</source>
            <translation>CPU</translation>
        </message>
        <message>
            <source>ISA</source>
            <translation>指令集</translation>
        </message>
        <message>
            <source>Threads</source>
            <translation>线程</translation>
        </message>
        <message>
            <source>Runs</source>
            <translation>次数</translation>
        </message>
        <message>
            <source>Skipped</source>
            <translation>跳过</translation>
        </message>
        <message numerus="yes">
            <source>%n sample(s) that could not be read</source>
            <translation>
                <numerusform>%n 个样本无法读取</numerusform>
            </translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Op</source>
            <translation>算子</translation>
        </message>
        <message>
            <source>Contains</source>
            <translation>包含</translation>
        </message>
        <message>
            <source>Output</source>
            <translation>输出</translation>
        </message>
        <message>
            <source>QConfig</source>
            <translation>量化配置</translation>
        </message>
        <message>
            <source>%1, set for %2</source>
            <translation>%1，来自：%2</translation>
        </message>
        <message>
            <source>none: the op has no INT8 form</source>
            <translation>无：该算子没有 INT8 实现</translation>
        </message>
        <message>
            <source>Ran as</source>
            <translation>运行精度</translation>
        </message>
        <message>
            <source>Kernel</source>
            <translation>内核</translation>
        </message>
        <message>
            <source>Also</source>
            <translation>另有</translation>
        </message>
        <message numerus="yes">
            <source>%n more layer(s) selected</source>
            <translation>
                <numerusform>另选中 %n 层</numerusform>
            </translation>
        </message>
        <message>
            <source>95 % from</source>
            <translation>95 % 自</translation>
        </message>
        <message>
            <source>to</source>
            <translation>至</translation>
        </message>
        <message>
            <source>Batch</source>
            <translation>批次</translation>
        </message>
        <message numerus="yes">
            <source>always %n sample(s)</source>
            <translation>
                <numerusform>固定 %n 个样本</numerusform>
            </translation>
        </message>
        <message>
            <source>Source</source>
            <translation>来源</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>标签</translation>
        </message>
        <message>
            <source>Sample</source>
            <translation>样本</translation>
        </message>
        <message>
            <source>Preprocessing</source>
            <translation>预处理</translation>
        </message>
        <message>
            <source>Calibration</source>
            <translation>校准</translation>
        </message>
        <message>
            <source>the same data, other samples</source>
            <translation>同一数据的其他样本</translation>
        </message>
        <message numerus="yes">
            <source>%n file(s) skipped...</source>
            <translation>
                <numerusform>已跳过 %n 个文件…</numerusform>
            </translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>未采用</translation>
        </message>
        <message>
            <source>Kernel in FP32</source>
            <translation>FP32 内核</translation>
        </message>
        <message>
            <source>Rate</source>
            <translation>速率</translation>
        </message>
        <message>
            <source>%1 GMAC/s, %2 % of the peak</source>
            <translation>%1 GMAC/s，峰值的 %2 %</translation>
        </message>
        <message>
            <source>Bound by</source>
            <translation>瓶颈</translation>
        </message>
        <message>
            <source>Moves</source>
            <translation>搬运</translation>
        </message>
        <message>
            <source>Restoring</source>
            <translation>还原代价</translation>
        </message>
        <message>
            <source>%1, give or take %2</source>
            <translation>%1，误差 ±%2</translation>
        </message>
        <message>
            <source>about %1</source>
            <translation>约 %1</translation>
        </message>
        <message>
            <source>Backend</source>
            <translation>后端</translation>
        </message>
    </context>
    <context>
        <name>qs::TensorForm</name>
        <message>
            <source>Activation</source>
            <translation>激活</translation>
        </message>
        <message>
            <source>Weight</source>
            <translation>权重</translation>
        </message>
        <message>
            <source>Type:</source>
            <translation>类型：</translation>
        </message>
        <message>
            <source>Scheme:</source>
            <translation>方案：</translation>
        </message>
        <message>
            <source>Granularity:</source>
            <translation>粒度：</translation>
        </message>
        <message>
            <source>Group size:</source>
            <translation>组大小：</translation>
        </message>
        <message>
            <source>Observer:</source>
            <translation>观察器：</translation>
        </message>
        <message>
            <source>Zero point:</source>
            <translation>零点：</translation>
        </message>
        <message>
            <source>Least integer:</source>
            <translation>最小整数：</translation>
        </message>
        <message>
            <source>Greatest integer:</source>
            <translation>最大整数：</translation>
        </message>
        <message>
            <source>Fixed by hand; without it as the scheme chooses it</source>
            <translation>手动固定；不填则由方案选择</translation>
        </message>
        <message numerus="yes">
            <source>%n bit(s)</source>
            <translation>
                <numerusform>%n 位</numerusform>
            </translation>
        </message>
        <message>
            <source>Choose the granularity group first.</source>
            <translation>请先把粒度设为 group。</translation>
        </message>
        <message>
            <source>Numbers of an output channel&apos;s row that share a scale</source>
            <translation>输出通道的一行中共用一个缩放的数的个数</translation>
        </message>
        <message>
            <source>The range of integers is cut here</source>
            <translation>整数范围在此截止</translation>
        </message>
        <message>
            <source>%1; from %2 to %3</source>
            <translation>%1；从 %2 到 %3</translation>
        </message>
    </context>
    <context>
        <name>qs::TradeoffChart</name>
        <message>
            <source>speed-up: %1</source>
            <translation>加速比：%1</translation>
        </message>
        <message>
            <source>Median latency / ms</source>
            <translation>中位延迟 / ms</translation>
        </message>
        <message>
            <source>FP32</source>
            <translation>FP32</translation>
        </message>
        <message numerus="yes">
            <source>%n layer(s) in FP32</source>
            <translation>
                <numerusform>%n 层为 FP32</numerusform>
            </translation>
        </message>
        <message>
            <source>Each variant that you measure becomes a point here.</source>
            <translation>每测量一个变体，这里就多一个点。</translation>
        </message>
        <message>
            <source>calibrated</source>
            <translation>已校准</translation>
        </message>
        <message>
            <source>trained</source>
            <translation>已训练</translation>
        </message>
        <message>
            <source>current</source>
            <translation>当前</translation>
        </message>
        <message>
            <source>%1 %2, %3, %4</source>
            <translation>%1 %2，%3，%4</translation>
        </message>
        <message>
            <source>95 % interval %1, %2 samples</source>
            <translation>95 % 区间 %1，样本数 %2</translation>
        </message>
        <message>
            <source>No variant has both a metric and a latency.</source>
            <translation>没有变体同时具有指标和延迟。</translation>
        </message>
    </context>
    <context>
        <name>qs::TrainingChart</name>
        <message>
            <source>Optimizer step</source>
            <translation>优化步数</translation>
        </message>
        <message>
            <source>Cross-entropy loss</source>
            <translation>交叉熵损失</translation>
        </message>
        <message>
            <source>Validation top-1 / %</source>
            <translation>验证 Top-1 / %</translation>
        </message>
        <message>
            <source>Loss and accuracy appear here while QAT trains.</source>
            <translation>QAT 训练时，这里显示损失与准确率。</translation>
        </message>
        <message>
            <source>training loss (left)</source>
            <translation>训练损失（左）</translation>
        </message>
        <message>
            <source>validation top-1 (right)</source>
            <translation>验证 Top-1（右）</translation>
        </message>
        <message>
            <source>epoch %1, step %2
loss %3</source>
            <translation>第 %1 轮，第 %2 步
损失 %3</translation>
        </message>
        <message>
            <source>
validation top-1 %1</source>
            <translation>
验证 Top-1 %1</translation>
        </message>
    </context>
    <context>
        <name>qs::VariantPanel</name>
        <message>
            <source>Set the layers&apos; qconfigs as in this variant</source>
            <translation>将各层量化配置设为与此变体相同</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>移除</translation>
        </message>
        <message>
            <source>Measure what is missing</source>
            <translation>测量缺少的部分</translation>
        </message>
    </context>
    <context>
        <name>qs::VariantTableModel</name>
        <message numerus="yes">
            <source>%1: speed-up %2, %n layer(s) in FP32</source>
            <translation>
                <numerusform>%1：加速比 %2，%n 层为 FP32</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 (95 % interval %2, %3 samples)</source>
            <translation>%1（95 % 区间 %2，样本数 %3）</translation>
        </message>
        <message>
            <source>It is being measured.</source>
            <translation>正在测量中。</translation>
        </message>
        <message>
            <source>It was not measured to the end: the menu of its row measures what is missing.</source>
            <translation>测量没有做完：可在该行的菜单中测量缺少的部分。</translation>
        </message>
    </context>
    <context>
        <name>qs::VerdictText</name>
        <message>
            <source>%1 of %2 samples get the same class (at least %3)</source>
            <translation>%2 个样本中有 %1 得到相同类别（至少 %3）</translation>
        </message>
        <message>
            <source>top-1 %1 in the engine and %2 in the file (at most %3 points apart)</source>
            <translation>Top-1：引擎 %1，文件 %2（最多相差 %3 个百分点）</translation>
        </message>
        <message>
            <source>output %1: equal</source>
            <translation>输出 %1：相等</translation>
        </message>
        <message>
            <source>output %1: SQNR %2 dB (at least %3 dB)</source>
            <translation>输出 %1：SQNR %2 dB（至少 %3 dB）</translation>
        </message>
        <message>
            <source>layer %1 is the first that leaves tolerance: %2 of its values are within 1 LSB (at least %3)</source>
            <translation>层 %1 最先超出容差：其 %2 的数值在 1 LSB 以内（至少 %3）</translation>
        </message>
        <message>
            <source>the file does not hold %1 of the recipe&apos;s INT8 layers (%2): it is no export of it</source>
            <translation>文件缺少配方中的 %1 个 INT8 层（%2）：它不是由该配方导出的</translation>
        </message>
        <message>
            <source>the file holds %1 INT8 weights less than the recipe makes: it is no export of it</source>
            <translation>文件比配方少 %1 个 INT8 权重：它不是由该配方导出的</translation>
        </message>
        <message>
            <source>all %1 INT8 layers are within 1 LSB on %2 of their values</source>
            <translation>全部 %1 个 INT8 层各有至少 %2 的数值在 1 LSB 以内</translation>
        </message>
        <message>
            <source>; </source>
            <comment>between the judgements of a verdict</comment>
            <translation>；</translation>
        </message>
        <message>
            <source>all integers before it agree: what differs comes from the float layers from here on</source>
            <translation>此前的整数全部一致：差异来自从这里开始的浮点层</translation>
        </message>
        <message>
            <source>the runtime computes it in float (%1), which rounds otherwise than integers</source>
            <translation>运行时以浮点计算它（%1），舍入与整数不同</translation>
        </message>
        <message>
            <source>the real numbers that are quantized there differ, or the quantize rounds otherwise</source>
            <translation>在那里量化的实数不同，或该量化的舍入方式不同</translation>
        </message>
        <message>
            <source>the change to another grid rounds otherwise</source>
            <translation>转换到另一网格时的舍入方式不同</translation>
        </message>
        <message>
            <source>the runtime computes otherwise there</source>
            <translation>运行时在那里的计算方式不同</translation>
        </message>
        <message>
            <source>the runtime computes it as %1, otherwise than the engine</source>
            <translation>运行时以 %1 计算它，与引擎不同</translation>
        </message>
        <message>
            <source>steps before it that cannot be looked at without changing what the runtime does: %1</source>
            <translation>此前无法在不改变运行时行为的情况下查看的步骤数：%1</translation>
        </message>
    </context>
    <context>
        <name>qs::app::DataDialog</name>
        <message>
            <source>Data</source>
            <translation>数据</translation>
        </message>
        <message>
            <source>Training data</source>
            <translation>训练数据</translation>
        </message>
        <message>
            <source>Preprocessing</source>
            <translation>预处理</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>来源</translation>
        </message>
        <message>
            <source>Browse...</source>
            <translation>浏览…</translation>
        </message>
        <message>
            <source>all</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>Calibration</source>
            <translation>校准</translation>
        </message>
        <message>
            <source>optional: a text file, a name a line, or JSON</source>
            <translation>可选：每行一个名称的文本文件，或 JSON</translation>
        </message>
        <message>
            <source>Names of the classes</source>
            <translation>类别名称</translation>
        </message>
        <message>
            <source>Names of classes (*.txt *.names *.json *.csv);;All files (*)</source>
            <translation>类别名称 (*.txt *.names *.json *.csv);;所有文件 (*)</translation>
        </message>
        <message>
            <source>Class names:</source>
            <translation>类别名称：</translation>
        </message>
        <message>
            <source>The same seed chooses the same samples</source>
            <translation>相同的种子选出相同的样本</translation>
        </message>
        <message>
            <source>Samples for calibration:</source>
            <translation>用于校准的样本：</translation>
        </message>
        <message>
            <source>Samples for accuracy:</source>
            <translation>用于准确率的样本：</translation>
        </message>
        <message>
            <source>Seed of the choice:</source>
            <translation>选择的种子：</translation>
        </message>
        <message>
            <source>Calibrate on:</source>
            <translation>校准数据：</translation>
        </message>
        <message>
            <source>the same data, on samples that accuracy is not measured on</source>
            <translation>同一数据中不用于测量准确率的样本</translation>
        </message>
        <message>
            <source>other data, with the same preprocessing:</source>
            <translation>其他数据，预处理相同：</translation>
        </message>
        <message>
            <source>There is no such file of class names.</source>
            <translation>没有这个类别名称文件。</translation>
        </message>
        <message>
            <source>Calibration: %1</source>
            <translation>校准：%1</translation>
        </message>
        <message>
            <source>Calibration and accuracy would use the same samples, and the accuracy would flatter: choose &quot;the same data&quot;, which keeps them apart.</source>
            <translation>校准与准确率会使用相同的样本，准确率会偏高：请选择“同一数据”，它会将二者分开。</translation>
        </message>
        <message>
            <source>the training split, %1</source>
            <translation>训练集 %1</translation>
        </message>
        <message>
            <source>Looking...</source>
            <translation>正在查看…</translation>
        </message>
        <message numerus="yes">
            <source>%n sample(s): %1</source>
            <translation>
                <numerusform>%n 个样本：%1</numerusform>
            </translation>
        </message>
        <message>
            <source>Labels: %1.</source>
            <translation>标签：%1。</translation>
        </message>
        <message numerus="yes">
            <source>%n file(s) cannot be decoded and will be skipped, the first: %1</source>
            <translation>
                <numerusform>有 %n 个文件无法解码，将被跳过，第一个：%1</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::app::EngineClient</name>
        <message>
            <source>The engine&apos;s answer cannot be read: %1</source>
            <translation>无法读取引擎的应答：%1</translation>
        </message>
        <message>
            <source>The engine did not answer after it was started.</source>
            <translation>引擎启动后没有应答。</translation>
        </message>
        <message>
            <source>The engine was stopped.</source>
            <translation>引擎已停止。</translation>
        </message>
        <message>
            <source>The engine &quot;%1&quot; cannot be started: %2.</source>
            <translation>无法启动引擎“%1”：%2。</translation>
        </message>
        <message>
            <source>The engine refused to start: %1</source>
            <translation>引擎拒绝启动：%1</translation>
        </message>
        <message>
            <source>The engine speaks version %1 of the protocol and this program version %2: install the same version of both.</source>
            <translation>引擎使用协议版本 %1，而本程序使用版本 %2：请安装相同版本。</translation>
        </message>
        <message>
            <source>The engine crashed.</source>
            <translation>引擎崩溃了。</translation>
        </message>
        <message>
            <source>The engine ended with exit code %1.</source>
            <translation>引擎以退出码 %1 结束。</translation>
        </message>
        <message>
            <source>Its last words: %1</source>
            <translation>它最后的输出：%1</translation>
        </message>
        <message>
            <source>The engine is not running.</source>
            <translation>引擎没有运行。</translation>
        </message>
        <message>
            <source>Cancelled.</source>
            <translation>已取消。</translation>
        </message>
        <message>
            <source>The engine did not stop when asked to and was ended.</source>
            <translation>引擎未按要求停止，已被终止。</translation>
        </message>
    </context>
    <context>
        <name>qs::app::ExportCommands</name>
        <message>
            <source>FP32</source>
            <translation>FP32</translation>
        </message>
        <message>
            <source>Verify file</source>
            <translation>验证文件</translation>
        </message>
        <message>
            <source>Exported models (*.pt *.pth *.ts *.ptl *.onnx);;All files (*)</source>
            <translation>导出的模型 (*.pt *.pth *.ts *.ptl *.onnx);;所有文件 (*)</translation>
        </message>
    </context>
    <context>
        <name>qs::app::ExportDialog</name>
        <message>
            <source>Preprocessing inside: the file takes pixels 0..255</source>
            <translation>包含预处理：文件接受 0..255 的像素</translation>
        </message>
        <message>
            <source>Verify after writing</source>
            <translation>写入后验证</translation>
        </message>
        <message>
            <source>Export %1</source>
            <translation>导出 %1</translation>
        </message>
        <message>
            <source>Browse...</source>
            <translation>浏览…</translation>
        </message>
        <message>
            <source>Target:</source>
            <translation>目标：</translation>
        </message>
        <message>
            <source>Write to:</source>
            <translation>写入：</translation>
        </message>
        <message>
            <source>ONNX opset:</source>
            <translation>ONNX opset：</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <source>Choose data first: it says what the preprocessing is.</source>
            <translation>请先选择数据：预处理由数据说明。</translation>
        </message>
        <message>
            <source>not ONNX</source>
            <translation>非 ONNX</translation>
        </message>
        <message>
            <source>Nothing on this machine opens what is written.</source>
            <translation>本机没有能打开所写文件的运行时。</translation>
        </message>
        <message>
            <source>Opens the file in %1 and compares it with the engine on the same samples</source>
            <translation>用 %1 打开文件，并在相同样本上与引擎比较</translation>
        </message>
        <message>
            <source>Give the folder a name.</source>
            <translation>请为文件夹命名。</translation>
        </message>
        <message>
            <source>Give the file a name.</source>
            <translation>请为文件命名。</translation>
        </message>
        <message>
            <source>There is no folder %1.</source>
            <translation>文件夹 %1 不存在。</translation>
        </message>
        <message>
            <source>%1 is a folder.</source>
            <translation>%1 是文件夹。</translation>
        </message>
        <message>
            <source>Folder to write to</source>
            <translation>写入的文件夹</translation>
        </message>
        <message>
            <source>Replace?</source>
            <translation>替换？</translation>
        </message>
        <message>
            <source>%1 exists already. Replace it?</source>
            <translation>%1 已存在。要替换吗？</translation>
        </message>
        <message>
            <source>Replace</source>
            <translation>替换</translation>
        </message>
    </context>
    <context>
        <name>qs::app::FileCommands</name>
        <message>
            <source>Open model</source>
            <translation>打开模型</translation>
        </message>
        <message>
            <source>Open project</source>
            <translation>打开项目</translation>
        </message>
        <message>
            <source>Quantoscope projects (*.%1)</source>
            <translation>Quantoscope 项目 (*.%1)</translation>
        </message>
        <message>
            <source>untitled</source>
            <translation>未命名</translation>
        </message>
        <message>
            <source>Save project</source>
            <translation>保存项目</translation>
        </message>
        <message>
            <source>Unsaved changes</source>
            <translation>未保存的更改</translation>
        </message>
        <message>
            <source>The project has changes that are not saved. Save them?</source>
            <translation>项目有未保存的更改。要保存吗？</translation>
        </message>
        <message>
            <source>Models (*.pt *.pth *.ts *.onnx);;TorchScript (*.pt *.pth *.ts);;ONNX (*.onnx);;All files (*)</source>
            <translation>模型 (*.pt *.pth *.ts *.onnx);;TorchScript (*.pt *.pth *.ts);;ONNX (*.onnx);;所有文件 (*)</translation>
        </message>
    </context>
    <context>
        <name>qs::app::InputDialog</name>
        <message>
            <source>input %1</source>
            <translation>输入 %1</translation>
        </message>
        <message>
            <source>Shapes of the inputs</source>
            <translation>输入的形状</translation>
        </message>
        <message>
            <source>The shape with its batch, for example 1x3x224x224.</source>
            <translation>包含批次的形状，例如 1x3x224x224。</translation>
        </message>
        <message>
            <source>As in the file</source>
            <translation>按文件</translation>
        </message>
        <message>
            <source>Forget the shapes that were entered and open the model as its file and the data say</source>
            <translation>忘记输入过的形状，按文件和数据打开模型</translation>
        </message>
        <message>
            <source>From the data</source>
            <translation>取自数据</translation>
        </message>
        <message>
            <source>The shape of %1 is numbers greater than 0 with x between them.</source>
            <translation>%1 的形状由大于 0 的数字组成，以 x 分隔。</translation>
        </message>
        <message>
            <source>Give a number for every ? in the shape of %1.</source>
            <translation>请为 %1 形状中的每个 ? 给出数字。</translation>
        </message>
        <message numerus="yes">
            <source>%1 has %n dimension(s).</source>
            <translation>
                <numerusform>%1 有 %n 个维度。</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::app::MainWindow</name>
        <message>
            <source>The sample model is not installed with this program.</source>
            <translation>本程序没有附带安装示例模型。</translation>
        </message>
        <message>
            <source>The last session did not end well. Its work of %1 can be recovered.</source>
            <translation>上次会话未正常结束。可以恢复其 %1 的工作。</translation>
        </message>
        <message>
            <source>Recover</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>丢弃</translation>
        </message>
        <message>
            <source>About Quantoscope</source>
            <translation>关于 Quantoscope</translation>
        </message>
        <message>
            <source>Quantoscope %1, a workbench for quantizing neural networks.

Engine %2 with LibTorch %3 and oneDNN %4.
Models are opened in a sandbox of: %5.
Free software under the GNU General Public License, version 3 or later.</source>
            <translation>Quantoscope %1，神经网络量化工作台。

引擎 %2，LibTorch %3，oneDNN %4。
模型在以下机制构成的沙箱中打开：%5。
自由软件，遵循 GNU 通用公共许可证第 3 版或更高版本。</translation>
        </message>
        <message>
            <source>A new engine was started. The session goes on where it was.</source>
            <translation>已启动新的引擎，会话从原处继续。</translation>
        </message>
        <message>
            <source>: stopping...</source>
            <translation>：正在停止…</translation>
        </message>
        <message>
            <source>untitled</source>
            <translation>未命名</translation>
        </message>
        <message>
            <source>Engine stopped</source>
            <translation>引擎已停止</translation>
        </message>
        <message>
            <source>Starting the engine...</source>
            <translation>正在启动引擎…</translation>
        </message>
        <message>
            <source>Engine ready (pid %1)</source>
            <translation>引擎就绪（pid %1）</translation>
        </message>
        <message>
            <source>Restarting the engine...</source>
            <translation>正在重启引擎…</translation>
        </message>
        <message>
            <source>No engine</source>
            <translation>没有引擎</translation>
        </message>
        <message>
            <source>The engine does not start.</source>
            <translation>引擎无法启动。</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>重试</translation>
        </message>
        <message numerus="yes">
            <source>%1
ISA %2, %n core(s)</source>
            <translation>
                <numerusform>%1
指令集 %2，%n 个核心</numerusform>
            </translation>
        </message>
        <message>
            <source>Open a model first.</source>
            <translation>请先打开模型。</translation>
        </message>
        <message>
            <source>A job is running: wait for it or cancel it.</source>
            <translation>有任务正在运行：请等待或取消。</translation>
        </message>
        <message>
            <source>Choose data first.</source>
            <translation>请先选择数据。</translation>
        </message>
        <message>
            <source>The engine is starting.</source>
            <translation>引擎正在启动。</translation>
        </message>
        <message>
            <source>There are no unsaved changes.</source>
            <translation>没有未保存的更改。</translation>
        </message>
        <message>
            <source>Select layers in the table first.</source>
            <translation>请先在表中选择层。</translation>
        </message>
        <message>
            <source>Calibrate first.</source>
            <translation>请先校准。</translation>
        </message>
        <message>
            <source>No layer has a qconfig of its own.</source>
            <translation>没有单独设置量化配置的层。</translation>
        </message>
        <message>
            <source>There is no job that could be cancelled.</source>
            <translation>没有可以取消的任务。</translation>
        </message>
        <message>
            <source>%1 does not say how large its inputs are. Enter the shapes with which it is to be opened.</source>
            <translation>%1 没有说明输入的大小。请填写打开它所用的形状。</translation>
        </message>
        <message>
            <source>&amp;Columns of the table</source>
            <translation>表格的列(&amp;C)</translation>
        </message>
        <message>
            <source>Restore to FP32: about %1</source>
            <translation>还原为 FP32：约 %1</translation>
        </message>
        <message>
            <source>%1 was checked by Quantoscope alone, and does what the engine does: %2.</source>
            <translation>%1 仅由 Quantoscope 自行检查，与引擎结果一致：%2。</translation>
        </message>
        <message>
            <source>%1 does what the engine does: %2.</source>
            <translation>%1 与引擎结果一致：%2。</translation>
        </message>
        <message>
            <source>%1 does not do what the engine does: %2.</source>
            <translation>%1 与引擎结果不一致：%2。</translation>
        </message>
        <message>
            <source>Saving...</source>
            <translation>正在保存……</translation>
        </message>
    </context>
    <context>
        <name>qs::app::PreprocessingEditor</name>
        <message>
            <source>Defaults of the data format</source>
            <translation>数据格式的默认值</translation>
        </message>
        <message>
            <source>ImageNet, as torchvision (256, 224)</source>
            <translation>ImageNet，同 torchvision（256，224）</translation>
        </message>
        <message>
            <source>ImageNet, exactly 224 × 224</source>
            <translation>ImageNet，恰为 224 × 224</translation>
        </message>
        <message>
            <source>From -1 to 1 (mean 0.5, deviation 0.5)</source>
            <translation>-1 至 1（均值 0.5，标准差 0.5）</translation>
        </message>
        <message>
            <source>From 0 to 1, not normalized</source>
            <translation>0 至 1，不归一化</translation>
        </message>
        <message>
            <source>From 0 to 255, not normalized</source>
            <translation>0 至 255，不归一化</translation>
        </message>
        <message>
            <source>default</source>
            <translation>默认</translation>
        </message>
        <message>
            <source>default: %1</source>
            <translation>默认：%1</translation>
        </message>
        <message>
            <source>Files of this format hold ready tensors: they are taken as they are.</source>
            <translation>此格式的文件保存现成的张量：按原样使用。</translation>
        </message>
        <message>
            <source>Own settings</source>
            <translation>自定义</translation>
        </message>
        <message>
            <source>shorter side</source>
            <translation>短边</translation>
        </message>
        <message>
            <source>square</source>
            <translation>正方形</translation>
        </message>
        <message>
            <source>bilinear</source>
            <translation>双线性</translation>
        </message>
        <message>
            <source>bicubic</source>
            <translation>双三次</translation>
        </message>
        <message>
            <source>nearest</source>
            <translation>最近邻</translation>
        </message>
        <message>
            <source>1 (grey)</source>
            <translation>1（灰度）</translation>
        </message>
        <message>
            <source>3 (colour)</source>
            <translation>3（彩色）</translation>
        </message>
        <message>
            <source>Factor on the values 0 to 255, before mean and deviation: 1/255, or 1</source>
            <translation>在均值和标准差之前乘到 0 至 255 的值上的系数：1/255 或 1</translation>
        </message>
        <message>
            <source>A number for each channel, or one for all: 0.485, 0.456, 0.406</source>
            <translation>每个通道一个数字，或所有通道共用一个：0.485, 0.456, 0.406</translation>
        </message>
        <message>
            <source>Preset:</source>
            <translation>预设：</translation>
        </message>
        <message>
            <source>Resize:</source>
            <translation>缩放：</translation>
        </message>
        <message>
            <source>Interpolation:</source>
            <translation>插值：</translation>
        </message>
        <message>
            <source>Crop the centre:</source>
            <translation>中心裁剪：</translation>
        </message>
        <message>
            <source>Channels:</source>
            <translation>通道：</translation>
        </message>
        <message>
            <source>Order of channels:</source>
            <translation>通道顺序：</translation>
        </message>
        <message>
            <source>Scale:</source>
            <translation>比例：</translation>
        </message>
        <message>
            <source>Mean:</source>
            <translation>均值：</translation>
        </message>
        <message>
            <source>Standard deviation:</source>
            <translation>标准差：</translation>
        </message>
        <message>
            <source>Layout of the tensor:</source>
            <translation>张量布局：</translation>
        </message>
        <message>
            <source>Mean and standard deviation are numbers separated by commas.</source>
            <translation>均值和标准差是用逗号分隔的数字。</translation>
        </message>
        <message>
            <source>A standard deviation is greater than 0.</source>
            <translation>标准差须大于 0。</translation>
        </message>
        <message>
            <source>The scale is a number greater than 0, for example 1/255.</source>
            <translation>比例是大于 0 的数字，例如 1/255。</translation>
        </message>
    </context>
    <context>
        <name>qs::app::QConfigCommands</name>
        <message>
            <source>The engine has not said yet which rule wins.</source>
            <translation>引擎尚未给出哪条规则生效。</translation>
        </message>
        <message>
            <source>none, so FP32</source>
            <translation>无，因此为 FP32</translation>
        </message>
        <message numerus="yes">
            <source>%1 (%n layer(s))</source>
            <translation>
                <numerusform>%1（%n 层）</numerusform>
            </translation>
        </message>
        <message>
            <source>Rule that won: %1</source>
            <translation>生效的规则：%1</translation>
        </message>
        <message>
            <source>Rules that won: %1</source>
            <translation>生效的规则：%1</translation>
        </message>
        <message>
            <source>Change rule %1</source>
            <translation>修改规则 %1</translation>
        </message>
        <message>
            <source>Add a rule</source>
            <translation>添加规则</translation>
        </message>
        <message>
            <source>It wins no layer: stronger rules, or later ones, win them all.</source>
            <translation>它没有决定任何层：全部由更强或靠后的规则决定。</translation>
        </message>
        <message numerus="yes">
            <source>It wins %n layer(s).</source>
            <translation>
                <numerusform>它决定 %n 层。</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::app::QatDialog</name>
        <message>
            <source>Quantization-aware training</source>
            <translation>量化感知训练</translation>
        </message>
        <message>
            <source>Trains the model with fake quantization (SGD with momentum, cross-entropy). The result is a new variant; the model itself is not changed.</source>
            <translation>以伪量化训练模型（带动量的 SGD，交叉熵）。结果是一个新的变体，模型本身不变。</translation>
        </message>
        <message>
            <source>Change...</source>
            <translation>更改…</translation>
        </message>
        <message>
            <source>Training data:</source>
            <translation>训练数据：</translation>
        </message>
        <message>
            <source>Epochs:</source>
            <translation>轮数：</translation>
        </message>
        <message>
            <source>Learning rate:</source>
            <translation>学习率：</translation>
        </message>
        <message>
            <source>Momentum:</source>
            <translation>动量：</translation>
        </message>
        <message>
            <source>Weight decay:</source>
            <translation>权重衰减：</translation>
        </message>
        <message>
            <source>Batch size:</source>
            <translation>批大小：</translation>
        </message>
        <message>
            <source>Training samples:</source>
            <translation>训练样本：</translation>
        </message>
        <message>
            <source>Validation samples:</source>
            <translation>验证样本：</translation>
        </message>
        <message>
            <source>Random seed:</source>
            <translation>随机种子：</translation>
        </message>
        <message>
            <source>all</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>Start training</source>
            <translation>开始训练</translation>
        </message>
    </context>
    <context>
        <name>qs::app::Session</name>
        <message>
            <source>Preset %1</source>
            <translation>预设 %1</translation>
        </message>
        <message>
            <source>%1 layers</source>
            <translation>%1 层</translation>
        </message>
        <message>
            <source>Clear %1</source>
            <translation>清除 %1</translation>
        </message>
        <message>
            <source>%1 to %2</source>
            <translation>%1 设为 %2</translation>
        </message>
        <message>
            <source>Clear all layers</source>
            <translation>清除所有层</translation>
        </message>
        <message>
            <source>Rules of %1</source>
            <translation>采用 %1 的规则</translation>
        </message>
        <message>
            <source>There is no INT8 layer to restore: choose layers that do not run in FP32 already.</source>
            <translation>没有可还原的 INT8 层：请选择尚未以 FP32 运行的层。</translation>
        </message>
        <message>
            <source>Restore %1</source>
            <translation>还原 %1</translation>
        </message>
        <message>
            <source>Restore and measure</source>
            <translation>还原并测量</translation>
        </message>
        <message>
            <source>Calibrate first: which layers are worst is not known yet.</source>
            <translation>请先校准：尚不知道哪些层最差。</translation>
        </message>
        <message>
            <source>&quot;%1&quot; is still running: wait for it or cancel it first.</source>
            <translation>“%1”仍在运行：请先等待或取消。</translation>
        </message>
        <message>
            <source>%1: %2</source>
            <translation>%1：%2</translation>
        </message>
        <message>
            <source>It is not started again by itself: mend the cause, then restart the engine.</source>
            <translation>引擎不会自动重启：请排除故障后再重启引擎。</translation>
        </message>
        <message>
            <source>A new engine is being started; nothing that was finished is lost.</source>
            <translation>正在启动新的引擎；已完成的结果不会丢失。</translation>
        </message>
        <message>
            <source>&quot;%1&quot; was interrupted.</source>
            <translation>“%1”被中断。</translation>
        </message>
        <message>
            <source>Open %1</source>
            <translation>打开 %1</translation>
        </message>
        <message>
            <source>Open a model first.</source>
            <translation>请先打开模型。</translation>
        </message>
        <message>
            <source>Choose data first: calibration and accuracy need samples.</source>
            <translation>请先选择数据：校准与准确率都需要样本。</translation>
        </message>
        <message>
            <source>Calibrate and measure</source>
            <translation>校准并测量</translation>
        </message>
        <message>
            <source>%1 samples could not be read and were left out, the first of them %2.</source>
            <translation>有 %1 个样本无法读取，已略过，第一个是 %2。</translation>
        </message>
        <message>
            <source>There is no place for the trained weights: the application&apos;s data folder cannot be written.</source>
            <translation>无处存放训练得到的权重：应用数据文件夹不可写。</translation>
        </message>
        <message>
            <source>Train</source>
            <translation>训练</translation>
        </message>
        <message>
            <source>Training uses the data on which accuracy is measured: the figure will flatter. Open training data of its own for an honest one.</source>
            <translation>训练与准确率测量使用了同一份数据，结果会偏高。请另外打开训练数据以得到可信的数字。</translation>
        </message>
        <message>
            <source>Calibrate first: there is no variant to export.</source>
            <translation>请先校准：没有可导出的变体。</translation>
        </message>
        <message>
            <source>Export %1</source>
            <translation>导出 %1</translation>
        </message>
        <message>
            <source>Exported to %1.</source>
            <translation>已导出到 %1。</translation>
        </message>
        <message>
            <source>Autosave failed. %1</source>
            <translation>自动保存失败。%1</translation>
        </message>
        <message>
            <source>The folder %1 does not exist.</source>
            <translation>文件夹 %1 不存在。</translation>
        </message>
        <message>
            <source>The trained weights of %1 are not on this machine and not in the project.</source>
            <translation>%1 的训练权重既不在本机，也不在项目中。</translation>
        </message>
        <message>
            <source>The model %1 is not there: results can be looked at, but not measured again.</source>
            <translation>找不到模型 %1：可以查看结果，但无法重新测量。</translation>
        </message>
        <message>
            <source>Open the model first that the file was made from.</source>
            <translation>请先打开生成该文件的模型。</translation>
        </message>
        <message>
            <source>Verify %1</source>
            <translation>验证 %1</translation>
        </message>
        <message>
            <source>The application&apos;s data folder cannot be written.</source>
            <translation>应用程序的数据文件夹无法写入。</translation>
        </message>
        <message>
            <source>Recover</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>&quot;%1&quot;</source>
            <translation>“%1”</translation>
        </message>
        <message>
            <source>%1 were interrupted.</source>
            <translation>%1 已被中断。</translation>
        </message>
        <message>
            <source>Measure %1</source>
            <translation>测量 %1</translation>
        </message>
        <message>
            <source>%1 is no qconfig: %2.</source>
            <translation>%1 不是量化配置：%2。</translation>
        </message>
    </context>
    <context>
        <name>qs::app::SettingsDialog</name>
        <message>
            <source>Algorithms:</source>
            <translation>算法：</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>设置</translation>
        </message>
        <message>
            <source>one for each core</source>
            <translation>每核一个</translation>
        </message>
        <message>
            <source>all</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>Threads:</source>
            <translation>线程：</translation>
        </message>
        <message>
            <source>Latency runs:</source>
            <translation>延迟测量次数：</translation>
        </message>
        <message>
            <source>Warm-up runs:</source>
            <translation>预热次数：</translation>
        </message>
        <message>
            <source>Batch size:</source>
            <translation>批大小：</translation>
        </message>
        <message>
            <source>Samples for calibration:</source>
            <translation>校准样本数：</translation>
        </message>
        <message>
            <source>Samples for accuracy:</source>
            <translation>准确率样本数：</translation>
        </message>
        <message>
            <source>automatic</source>
            <translation>自动</translation>
        </message>
        <message>
            <source>what fits the outputs of the model and the labels</source>
            <translation>适合模型输出和标签的指标</translation>
        </message>
        <message>
            <source>none</source>
            <translation>无</translation>
        </message>
        <message>
            <source>Metric:</source>
            <translation>指标：</translation>
        </message>
        <message>
            <source>Its argument:</source>
            <translation>指标参数：</translation>
        </message>
        <message>
            <source>Backend:</source>
            <translation>后端：</translation>
        </message>
    </context>
    <context>
        <name>qs::app::SizeEdit</name>
        <message>
            <source> px</source>
            <translation> 像素</translation>
        </message>
        <message>
            <source>default</source>
            <translation>默认</translation>
        </message>
        <message>
            <source>height × width</source>
            <translation>高 × 宽</translation>
        </message>
        <message>
            <source>keep the size</source>
            <translation>保持大小</translation>
        </message>
    </context>
    <context>
        <name>qs::app::SkippedDialog</name>
        <message>
            <source>Skipped files</source>
            <translation>跳过的文件</translation>
        </message>
        <message numerus="yes">
            <source>%n file(s) could not be decoded. Neither calibration nor the figures know them.</source>
            <translation>
                <numerusform>有 %n 个文件无法解码，校准和各项数值均不包含它们。</numerusform>
            </translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>原因</translation>
        </message>
    </context>
    <context>
        <name>qs::app::SourceEditor</name>
        <message>
            <source>Fashion-MNIST</source>
            <translation>Fashion-MNIST</translation>
        </message>
        <message>
            <source>Image folder</source>
            <translation>图像文件夹</translation>
        </message>
        <message>
            <source>Image list (CSV)</source>
            <translation>图像列表 (CSV)</translation>
        </message>
        <message>
            <source>IDX images (MNIST)</source>
            <translation>IDX 图像 (MNIST)</translation>
        </message>
        <message>
            <source>CIFAR-10</source>
            <translation>CIFAR-10</translation>
        </message>
        <message>
            <source>CIFAR-100</source>
            <translation>CIFAR-100</translation>
        </message>
        <message>
            <source>NumPy arrays (.npy)</source>
            <translation>NumPy 数组 (.npy)</translation>
        </message>
        <message>
            <source>NumPy archive (.npz)</source>
            <translation>NumPy 归档 (.npz)</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>所有文件 (*)</translation>
        </message>
        <message>
            <source>Folder:</source>
            <translation>文件夹：</translation>
        </message>
        <message>
            <source>File:</source>
            <translation>文件：</translation>
        </message>
        <message>
            <source>Images:</source>
            <translation>图像：</translation>
        </message>
        <message>
            <source>Labels:</source>
            <translation>标签：</translation>
        </message>
        <message>
            <source>optional: without labels there is no accuracy</source>
            <translation>可选：没有标签就没有准确率</translation>
        </message>
        <message>
            <source>Argument:</source>
            <translation>参数：</translation>
        </message>
        <message>
            <source>test images</source>
            <translation>测试图像</translation>
        </message>
        <message>
            <source>training images</source>
            <translation>训练图像</translation>
        </message>
        <message>
            <source>Browse...</source>
            <translation>浏览…</translation>
        </message>
        <message>
            <source>Folder of data</source>
            <translation>数据文件夹</translation>
        </message>
        <message>
            <source>File of data</source>
            <translation>数据文件</translation>
        </message>
        <message>
            <source>Input</source>
            <translation>输入</translation>
        </message>
        <message>
            <source>File (N × ...)</source>
            <translation>文件 (N × …)</translation>
        </message>
        <message>
            <source>NumPy arrays (*.npy);;All files (*)</source>
            <translation>NumPy 数组 (*.npy);;所有文件 (*)</translation>
        </message>
        <message>
            <source>Add an input</source>
            <translation>添加输入</translation>
        </message>
        <message>
            <source>Remove the input</source>
            <translation>移除输入</translation>
        </message>
        <message>
            <source>Labels (N):</source>
            <translation>标签 (N)：</translation>
        </message>
        <message>
            <source>Choose the array of inputs.</source>
            <translation>请选择输入数组。</translation>
        </message>
        <message>
            <source>Choose a file for every input.</source>
            <translation>请为每个输入选择文件。</translation>
        </message>
        <message>
            <source>There is no file %1.</source>
            <translation>没有文件 %1。</translation>
        </message>
        <message>
            <source>Name every input as the model does.</source>
            <translation>请按模型的名称命名每个输入。</translation>
        </message>
        <message>
            <source>There is no such file of labels.</source>
            <translation>没有这个标签文件。</translation>
        </message>
        <message>
            <source>Choose the folder of images.</source>
            <translation>请选择图像文件夹。</translation>
        </message>
        <message>
            <source>There is no such folder.</source>
            <translation>没有这个文件夹。</translation>
        </message>
        <message>
            <source>Choose the folder of the binary files.</source>
            <translation>请选择二进制文件所在的文件夹。</translation>
        </message>
        <message>
            <source>Choose the file.</source>
            <translation>请选择文件。</translation>
        </message>
        <message>
            <source>There is no such file.</source>
            <translation>没有这个文件。</translation>
        </message>
        <message>
            <source>Choose the file of images.</source>
            <translation>请选择图像文件。</translation>
        </message>
    </context>
    <context>
        <name>qs::app::WelcomePage</name>
        <message>
            <source>Quantize a trained network, see layer by layer what it costs and what it gains, and export what you saw.</source>
            <translation>量化训练好的网络，逐层查看得失，并导出所见结果。</translation>
        </message>
    </context>
    <context>
        <name>qs::app::WindowActions</name>
        <message>
            <source>&amp;Open model...</source>
            <translation>打开模型(&amp;O)…</translation>
        </message>
        <message>
            <source>Open the &amp;sample</source>
            <translation>打开示例(&amp;S)</translation>
        </message>
        <message>
            <source>Open the bundled ResNet, trained on Fashion-MNIST, with its test images</source>
            <translation>打开自带的 ResNet（在 Fashion-MNIST 上训练）及其测试图像</translation>
        </message>
        <message>
            <source>&amp;Data...</source>
            <translation>数据(&amp;D)…</translation>
        </message>
        <message>
            <source>&amp;Training data...</source>
            <translation>训练数据(&amp;T)…</translation>
        </message>
        <message>
            <source>Choose the images that QAT trains on</source>
            <translation>选择 QAT 训练所用的图像</translation>
        </message>
        <message>
            <source>&amp;New project</source>
            <translation>新建项目(&amp;N)</translation>
        </message>
        <message>
            <source>Close what is open and start afresh</source>
            <translation>关闭当前内容，重新开始</translation>
        </message>
        <message>
            <source>Open &amp;project...</source>
            <translation>打开项目(&amp;P)…</translation>
        </message>
        <message>
            <source>Open a saved project</source>
            <translation>打开已保存的项目</translation>
        </message>
        <message>
            <source>&amp;Save project</source>
            <translation>保存项目(&amp;S)</translation>
        </message>
        <message>
            <source>Save the project with everything measured</source>
            <translation>保存项目及全部测量结果</translation>
        </message>
        <message>
            <source>Save project &amp;as...</source>
            <translation>项目另存为(&amp;A)…</translation>
        </message>
        <message>
            <source>Save the project under another name</source>
            <translation>以另一名称保存项目</translation>
        </message>
        <message>
            <source>Export &amp;TorchScript...</source>
            <translation>导出 TorchScript(&amp;T)…</translation>
        </message>
        <message>
            <source>Write the current variant as a quantized TorchScript module (.pt)</source>
            <translation>将当前变体写为量化的 TorchScript 模块 (.pt)</translation>
        </message>
        <message>
            <source>Export &amp;ONNX...</source>
            <translation>导出 ONNX(&amp;O)…</translation>
        </message>
        <message>
            <source>Write the current variant as an ONNX QDQ model (.onnx)</source>
            <translation>将当前变体写为 ONNX QDQ 模型 (.onnx)</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>退出(&amp;Q)</translation>
        </message>
        <message>
            <source>Close the workbench</source>
            <translation>关闭工作台</translation>
        </message>
        <message>
            <source>&amp;Undo</source>
            <translation>撤销(&amp;U)</translation>
        </message>
        <message>
            <source>&amp;Redo</source>
            <translation>重做(&amp;R)</translation>
        </message>
        <message>
            <source>&amp;Clear all overrides</source>
            <translation>清除所有单独设置(&amp;C)</translation>
        </message>
        <message>
            <source>Let every layer inherit the model&apos;s preset</source>
            <translation>让每一层都继承模型的预设</translation>
        </message>
        <message>
            <source>S&amp;ettings...</source>
            <translation>设置(&amp;E)…</translation>
        </message>
        <message>
            <source>Threads, runs and batch size of the measurements</source>
            <translation>测量所用的线程数、次数与批大小</translation>
        </message>
        <message>
            <source>&amp;Calibrate</source>
            <translation>校准(&amp;C)</translation>
        </message>
        <message>
            <source>Calibrate, convert and measure the model with these qconfigs</source>
            <translation>以当前量化配置校准、转换并测量模型</translation>
        </message>
        <message>
            <source>&amp;Restore</source>
            <translation>还原(&amp;R)</translation>
        </message>
        <message>
            <source>Set the selected layers to FP32 and measure again</source>
            <translation>将选中的层设为 FP32 并重新测量</translation>
        </message>
        <message>
            <source>Restore the &amp;worst</source>
            <translation>还原最差层(&amp;W)</translation>
        </message>
        <message>
            <source>Set the layers that make most of the error at the outputs to FP32 and measure again</source>
            <translation>将造成输出误差最多的层设为 FP32 并重新测量</translation>
        </message>
        <message>
            <source>&amp;QAT...</source>
            <translation>QAT(&amp;Q)…</translation>
        </message>
        <message>
            <source>Train the model with fake quantization</source>
            <translation>以伪量化训练模型</translation>
        </message>
        <message>
            <source>C&amp;ancel the running job</source>
            <translation>取消正在运行的任务(&amp;A)</translation>
        </message>
        <message>
            <source>Stop the running job</source>
            <translation>停止正在运行的任务</translation>
        </message>
        <message>
            <source>Restart the &amp;engine</source>
            <translation>重启引擎(&amp;E)</translation>
        </message>
        <message>
            <source>End the engine&apos;s process and start a new one</source>
            <translation>结束引擎进程并启动新的引擎</translation>
        </message>
        <message>
            <source>&amp;Reset the layout</source>
            <translation>重置布局(&amp;R)</translation>
        </message>
        <message>
            <source>Put all panels back where they were at first</source>
            <translation>将所有面板恢复到初始位置</translation>
        </message>
        <message>
            <source>&amp;About Quantoscope</source>
            <translation>关于 Quantoscope(&amp;A)</translation>
        </message>
        <message>
            <source>Version and licence</source>
            <translation>版本与许可证</translation>
        </message>
        <message>
            <source>&amp;File</source>
            <translation>文件(&amp;F)</translation>
        </message>
        <message>
            <source>&amp;Edit</source>
            <translation>编辑(&amp;E)</translation>
        </message>
        <message>
            <source>&amp;Model</source>
            <translation>模型(&amp;M)</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>视图(&amp;V)</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>帮助(&amp;H)</translation>
        </message>
        <message>
            <source>Main toolbar</source>
            <translation>主工具栏</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>Data</source>
            <translation>数据</translation>
        </message>
        <message>
            <source>QConfig of the whole model: layers without one of their own inherit it</source>
            <translation>整个模型的量化配置：没有单独设置的层继承它</translation>
        </message>
        <message>
            <source>Preset</source>
            <translation>预设</translation>
        </message>
        <message>
            <source>Preset:</source>
            <translation>预设：</translation>
        </message>
        <message>
            <source>Calibrate</source>
            <translation>校准</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>还原</translation>
        </message>
        <message>
            <source>QAT</source>
            <translation>QAT</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <source>Restore the worst</source>
            <translation>还原最差层</translation>
        </message>
        <message>
            <source>How many layers &quot;Restore the worst&quot; sets to FP32</source>
            <translation>“还原最差层”将多少层设为 FP32</translation>
        </message>
        <message>
            <source>Number of worst layers</source>
            <translation>最差层的数量</translation>
        </message>
        <message>
            <source>Open an FP32 model: TorchScript or ONNX</source>
            <translation>打开 FP32 模型：TorchScript 或 ONNX</translation>
        </message>
        <message>
            <source>Choose the data that calibrates and measures the model</source>
            <translation>选择用于校准和测量模型的数据</translation>
        </message>
        <message>
            <source>&amp;Input shapes...</source>
            <translation>输入形状(&amp;I)…</translation>
        </message>
        <message>
            <source>Open the model with other shapes of its inputs</source>
            <translation>以其他输入形状打开模型</translation>
        </message>
        <message>
            <source>&amp;Export...</source>
            <translation>导出(&amp;E)…</translation>
        </message>
        <message>
            <source>Write the current variant for any target: ONNX, TorchScript, phones</source>
            <translation>将当前变体写为任一目标：ONNX、TorchScript、手机</translation>
        </message>
        <message>
            <source>Export &amp;FP32...</source>
            <translation>导出 FP32(&amp;F)…</translation>
        </message>
        <message>
            <source>Write the network as it was opened, in FP32</source>
            <translation>以 FP32 写出打开时的网络</translation>
        </message>
        <message>
            <source>&amp;Verify file...</source>
            <translation>验证文件(&amp;V)…</translation>
        </message>
        <message>
            <source>Open an exported file in its runtime and compare it with the engine</source>
            <translation>在对应的运行时中打开导出的文件，并与引擎比较</translation>
        </message>
        <message>
            <source>Write the network to a file, and verify such files</source>
            <translation>将网络写入文件，并验证此类文件</translation>
        </message>
    </context>
</TS>
