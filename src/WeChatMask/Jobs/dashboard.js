// The style sheet holds what the charts would write into the page, which its policy forbids.
Chart.platform.disableCSSInjection = true;
// The page calls its language zh, and times would be in English.
moment.locale('zh-cn');
